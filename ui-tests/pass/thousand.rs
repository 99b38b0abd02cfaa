//! A thousand tools in one `tools![]`.

macro_rules! thousand {
    ($($tool:ident)*) => {
        $(
            /// Answers.
            #[doorman::expose(public, read_only)]
            pub fn $tool() {}
        )*

        /// Lists them.
        #[must_use]
        pub fn listed() -> usize {
            doorman::tools![$($tool),*].with_state(()).len()
        }
    };
}

thousand! {
    tool_0 tool_1 tool_2 tool_3 tool_4 tool_5 tool_6 tool_7 tool_8 tool_9
    tool_10 tool_11 tool_12 tool_13 tool_14 tool_15 tool_16 tool_17 tool_18 tool_19
    tool_20 tool_21 tool_22 tool_23 tool_24 tool_25 tool_26 tool_27 tool_28 tool_29
    tool_30 tool_31 tool_32 tool_33 tool_34 tool_35 tool_36 tool_37 tool_38 tool_39
    tool_40 tool_41 tool_42 tool_43 tool_44 tool_45 tool_46 tool_47 tool_48 tool_49
    tool_50 tool_51 tool_52 tool_53 tool_54 tool_55 tool_56 tool_57 tool_58 tool_59
    tool_60 tool_61 tool_62 tool_63 tool_64 tool_65 tool_66 tool_67 tool_68 tool_69
    tool_70 tool_71 tool_72 tool_73 tool_74 tool_75 tool_76 tool_77 tool_78 tool_79
    tool_80 tool_81 tool_82 tool_83 tool_84 tool_85 tool_86 tool_87 tool_88 tool_89
    tool_90 tool_91 tool_92 tool_93 tool_94 tool_95 tool_96 tool_97 tool_98 tool_99
    tool_100 tool_101 tool_102 tool_103 tool_104 tool_105 tool_106 tool_107 tool_108 tool_109
    tool_110 tool_111 tool_112 tool_113 tool_114 tool_115 tool_116 tool_117 tool_118 tool_119
    tool_120 tool_121 tool_122 tool_123 tool_124 tool_125 tool_126 tool_127 tool_128 tool_129
    tool_130 tool_131 tool_132 tool_133 tool_134 tool_135 tool_136 tool_137 tool_138 tool_139
    tool_140 tool_141 tool_142 tool_143 tool_144 tool_145 tool_146 tool_147 tool_148 tool_149
    tool_150 tool_151 tool_152 tool_153 tool_154 tool_155 tool_156 tool_157 tool_158 tool_159
    tool_160 tool_161 tool_162 tool_163 tool_164 tool_165 tool_166 tool_167 tool_168 tool_169
    tool_170 tool_171 tool_172 tool_173 tool_174 tool_175 tool_176 tool_177 tool_178 tool_179
    tool_180 tool_181 tool_182 tool_183 tool_184 tool_185 tool_186 tool_187 tool_188 tool_189
    tool_190 tool_191 tool_192 tool_193 tool_194 tool_195 tool_196 tool_197 tool_198 tool_199
    tool_200 tool_201 tool_202 tool_203 tool_204 tool_205 tool_206 tool_207 tool_208 tool_209
    tool_210 tool_211 tool_212 tool_213 tool_214 tool_215 tool_216 tool_217 tool_218 tool_219
    tool_220 tool_221 tool_222 tool_223 tool_224 tool_225 tool_226 tool_227 tool_228 tool_229
    tool_230 tool_231 tool_232 tool_233 tool_234 tool_235 tool_236 tool_237 tool_238 tool_239
    tool_240 tool_241 tool_242 tool_243 tool_244 tool_245 tool_246 tool_247 tool_248 tool_249
    tool_250 tool_251 tool_252 tool_253 tool_254 tool_255 tool_256 tool_257 tool_258 tool_259
    tool_260 tool_261 tool_262 tool_263 tool_264 tool_265 tool_266 tool_267 tool_268 tool_269
    tool_270 tool_271 tool_272 tool_273 tool_274 tool_275 tool_276 tool_277 tool_278 tool_279
    tool_280 tool_281 tool_282 tool_283 tool_284 tool_285 tool_286 tool_287 tool_288 tool_289
    tool_290 tool_291 tool_292 tool_293 tool_294 tool_295 tool_296 tool_297 tool_298 tool_299
    tool_300 tool_301 tool_302 tool_303 tool_304 tool_305 tool_306 tool_307 tool_308 tool_309
    tool_310 tool_311 tool_312 tool_313 tool_314 tool_315 tool_316 tool_317 tool_318 tool_319
    tool_320 tool_321 tool_322 tool_323 tool_324 tool_325 tool_326 tool_327 tool_328 tool_329
    tool_330 tool_331 tool_332 tool_333 tool_334 tool_335 tool_336 tool_337 tool_338 tool_339
    tool_340 tool_341 tool_342 tool_343 tool_344 tool_345 tool_346 tool_347 tool_348 tool_349
    tool_350 tool_351 tool_352 tool_353 tool_354 tool_355 tool_356 tool_357 tool_358 tool_359
    tool_360 tool_361 tool_362 tool_363 tool_364 tool_365 tool_366 tool_367 tool_368 tool_369
    tool_370 tool_371 tool_372 tool_373 tool_374 tool_375 tool_376 tool_377 tool_378 tool_379
    tool_380 tool_381 tool_382 tool_383 tool_384 tool_385 tool_386 tool_387 tool_388 tool_389
    tool_390 tool_391 tool_392 tool_393 tool_394 tool_395 tool_396 tool_397 tool_398 tool_399
    tool_400 tool_401 tool_402 tool_403 tool_404 tool_405 tool_406 tool_407 tool_408 tool_409
    tool_410 tool_411 tool_412 tool_413 tool_414 tool_415 tool_416 tool_417 tool_418 tool_419
    tool_420 tool_421 tool_422 tool_423 tool_424 tool_425 tool_426 tool_427 tool_428 tool_429
    tool_430 tool_431 tool_432 tool_433 tool_434 tool_435 tool_436 tool_437 tool_438 tool_439
    tool_440 tool_441 tool_442 tool_443 tool_444 tool_445 tool_446 tool_447 tool_448 tool_449
    tool_450 tool_451 tool_452 tool_453 tool_454 tool_455 tool_456 tool_457 tool_458 tool_459
    tool_460 tool_461 tool_462 tool_463 tool_464 tool_465 tool_466 tool_467 tool_468 tool_469
    tool_470 tool_471 tool_472 tool_473 tool_474 tool_475 tool_476 tool_477 tool_478 tool_479
    tool_480 tool_481 tool_482 tool_483 tool_484 tool_485 tool_486 tool_487 tool_488 tool_489
    tool_490 tool_491 tool_492 tool_493 tool_494 tool_495 tool_496 tool_497 tool_498 tool_499
    tool_500 tool_501 tool_502 tool_503 tool_504 tool_505 tool_506 tool_507 tool_508 tool_509
    tool_510 tool_511 tool_512 tool_513 tool_514 tool_515 tool_516 tool_517 tool_518 tool_519
    tool_520 tool_521 tool_522 tool_523 tool_524 tool_525 tool_526 tool_527 tool_528 tool_529
    tool_530 tool_531 tool_532 tool_533 tool_534 tool_535 tool_536 tool_537 tool_538 tool_539
    tool_540 tool_541 tool_542 tool_543 tool_544 tool_545 tool_546 tool_547 tool_548 tool_549
    tool_550 tool_551 tool_552 tool_553 tool_554 tool_555 tool_556 tool_557 tool_558 tool_559
    tool_560 tool_561 tool_562 tool_563 tool_564 tool_565 tool_566 tool_567 tool_568 tool_569
    tool_570 tool_571 tool_572 tool_573 tool_574 tool_575 tool_576 tool_577 tool_578 tool_579
    tool_580 tool_581 tool_582 tool_583 tool_584 tool_585 tool_586 tool_587 tool_588 tool_589
    tool_590 tool_591 tool_592 tool_593 tool_594 tool_595 tool_596 tool_597 tool_598 tool_599
    tool_600 tool_601 tool_602 tool_603 tool_604 tool_605 tool_606 tool_607 tool_608 tool_609
    tool_610 tool_611 tool_612 tool_613 tool_614 tool_615 tool_616 tool_617 tool_618 tool_619
    tool_620 tool_621 tool_622 tool_623 tool_624 tool_625 tool_626 tool_627 tool_628 tool_629
    tool_630 tool_631 tool_632 tool_633 tool_634 tool_635 tool_636 tool_637 tool_638 tool_639
    tool_640 tool_641 tool_642 tool_643 tool_644 tool_645 tool_646 tool_647 tool_648 tool_649
    tool_650 tool_651 tool_652 tool_653 tool_654 tool_655 tool_656 tool_657 tool_658 tool_659
    tool_660 tool_661 tool_662 tool_663 tool_664 tool_665 tool_666 tool_667 tool_668 tool_669
    tool_670 tool_671 tool_672 tool_673 tool_674 tool_675 tool_676 tool_677 tool_678 tool_679
    tool_680 tool_681 tool_682 tool_683 tool_684 tool_685 tool_686 tool_687 tool_688 tool_689
    tool_690 tool_691 tool_692 tool_693 tool_694 tool_695 tool_696 tool_697 tool_698 tool_699
    tool_700 tool_701 tool_702 tool_703 tool_704 tool_705 tool_706 tool_707 tool_708 tool_709
    tool_710 tool_711 tool_712 tool_713 tool_714 tool_715 tool_716 tool_717 tool_718 tool_719
    tool_720 tool_721 tool_722 tool_723 tool_724 tool_725 tool_726 tool_727 tool_728 tool_729
    tool_730 tool_731 tool_732 tool_733 tool_734 tool_735 tool_736 tool_737 tool_738 tool_739
    tool_740 tool_741 tool_742 tool_743 tool_744 tool_745 tool_746 tool_747 tool_748 tool_749
    tool_750 tool_751 tool_752 tool_753 tool_754 tool_755 tool_756 tool_757 tool_758 tool_759
    tool_760 tool_761 tool_762 tool_763 tool_764 tool_765 tool_766 tool_767 tool_768 tool_769
    tool_770 tool_771 tool_772 tool_773 tool_774 tool_775 tool_776 tool_777 tool_778 tool_779
    tool_780 tool_781 tool_782 tool_783 tool_784 tool_785 tool_786 tool_787 tool_788 tool_789
    tool_790 tool_791 tool_792 tool_793 tool_794 tool_795 tool_796 tool_797 tool_798 tool_799
    tool_800 tool_801 tool_802 tool_803 tool_804 tool_805 tool_806 tool_807 tool_808 tool_809
    tool_810 tool_811 tool_812 tool_813 tool_814 tool_815 tool_816 tool_817 tool_818 tool_819
    tool_820 tool_821 tool_822 tool_823 tool_824 tool_825 tool_826 tool_827 tool_828 tool_829
    tool_830 tool_831 tool_832 tool_833 tool_834 tool_835 tool_836 tool_837 tool_838 tool_839
    tool_840 tool_841 tool_842 tool_843 tool_844 tool_845 tool_846 tool_847 tool_848 tool_849
    tool_850 tool_851 tool_852 tool_853 tool_854 tool_855 tool_856 tool_857 tool_858 tool_859
    tool_860 tool_861 tool_862 tool_863 tool_864 tool_865 tool_866 tool_867 tool_868 tool_869
    tool_870 tool_871 tool_872 tool_873 tool_874 tool_875 tool_876 tool_877 tool_878 tool_879
    tool_880 tool_881 tool_882 tool_883 tool_884 tool_885 tool_886 tool_887 tool_888 tool_889
    tool_890 tool_891 tool_892 tool_893 tool_894 tool_895 tool_896 tool_897 tool_898 tool_899
    tool_900 tool_901 tool_902 tool_903 tool_904 tool_905 tool_906 tool_907 tool_908 tool_909
    tool_910 tool_911 tool_912 tool_913 tool_914 tool_915 tool_916 tool_917 tool_918 tool_919
    tool_920 tool_921 tool_922 tool_923 tool_924 tool_925 tool_926 tool_927 tool_928 tool_929
    tool_930 tool_931 tool_932 tool_933 tool_934 tool_935 tool_936 tool_937 tool_938 tool_939
    tool_940 tool_941 tool_942 tool_943 tool_944 tool_945 tool_946 tool_947 tool_948 tool_949
    tool_950 tool_951 tool_952 tool_953 tool_954 tool_955 tool_956 tool_957 tool_958 tool_959
    tool_960 tool_961 tool_962 tool_963 tool_964 tool_965 tool_966 tool_967 tool_968 tool_969
    tool_970 tool_971 tool_972 tool_973 tool_974 tool_975 tool_976 tool_977 tool_978 tool_979
    tool_980 tool_981 tool_982 tool_983 tool_984 tool_985 tool_986 tool_987 tool_988 tool_989
    tool_990 tool_991 tool_992 tool_993 tool_994 tool_995 tool_996 tool_997 tool_998 tool_999
}

#[test]
fn all_are_tools() {
    assert_eq!(listed(), 1_000);
}
