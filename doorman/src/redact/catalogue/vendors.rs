//! The prefixes that vendors give their tokens, with what follows them.

/// What a token is made of after its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::redact) enum Made {
    /// Hexadecimal digits.
    Hex,
    /// Letters and digits.
    Plain,
    /// Also `_` and `-`.
    Word,
    /// Also `.`, `=`, `+`, `/` and `%`.
    Wide,
}

/// Tokens of one vendor that are made alike.
#[derive(Debug)]
pub(in crate::redact) struct Vendor {
    #[cfg_attr(not(test), expect(dead_code, reason = "the documentation tells it"))]
    pub(in crate::redact) name: &'static str,
    pub(in crate::redact) prefixes: &'static [&'static str],
    pub(in crate::redact) made: Made,
    /// How much there is at least after the prefix.
    pub(in crate::redact) least: usize,
    /// How much there is at most.
    pub(in crate::redact) most: usize,
    pub(in crate::redact) proof: Proof,
}

/// What has to tell that this is a token, beside its prefix and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::redact) enum Proof {
    /// Nothing: no words begin so.
    None,
    /// Two digits, or capitals among small letters.
    Digits,
    /// Letters and digits in turn: many words begin so.
    Turns,
}

/// Letters and digits after the prefix, at least so many.
const fn plain(name: &'static str, prefixes: &'static [&'static str], least: usize) -> Vendor {
    Vendor { name, prefixes, made: Made::Plain, least, most: usize::MAX, proof: Proof::Digits }
}

const fn hex(name: &'static str, prefixes: &'static [&'static str], least: usize) -> Vendor {
    Vendor { made: Made::Hex, ..plain(name, prefixes, least) }
}

const fn word(name: &'static str, prefixes: &'static [&'static str], least: usize) -> Vendor {
    Vendor { made: Made::Word, ..plain(name, prefixes, least) }
}

const fn wide(name: &'static str, prefixes: &'static [&'static str], least: usize) -> Vendor {
    Vendor { made: Made::Wide, ..plain(name, prefixes, least) }
}

impl Vendor {
    const fn certain(self) -> Self {
        Self { proof: Proof::None, ..self }
    }

    const fn weak(self) -> Self {
        Self { proof: Proof::Turns, ..self }
    }

    const fn most(self, most: usize) -> Self {
        Self { most, ..self }
    }
}

pub(in crate::redact) const VENDORS: &[Vendor] = &[
    plain("adafruit", &["aio_"], 26),
    plain("adobe", &["p8e-"], 30),
    plain("age", &["AGE-SECRET-KEY-1"], 50),
    wide("airtable", &["pat"], 79).weak(),
    word("aiven", &["AVNS_"], 18),
    plain("alibaba", &["LTAI"], 16),
    plain("amazon_appsync", &["da2-"], 26).most(26),
    wide("amazon_bedrock", &["ABSK", "bedrock-api-key-"], 80),
    word("amazon_mws", &["amzn.mws."], 30),
    plain("apify", &["apify_api_"], 30),
    plain("artifactory", &["AKCp"], 60),
    plain("artifactory", &["cmVmd"], 55),
    wide("asaas", &["aact_"], 60),
    wide("atlassian", &["ATATT3", "ATCTT3"], 60),
    wide("authress", &["sc_", "ext_", "scauth_", "authress_"], 50).weak(),
    word("axiom", &["xaat-", "xapt-"], 32),
    wide("azure", &["sig="], 43),
    wide("baidu", &["bce-v3/ALTAK-"], 40),
    wide("beamer", &["b_"], 44).weak(),
    plain("bitbucket", &["ATBB"], 28),
    wide("bitbucket", &["BBDC-"], 30),
    wide("braintree", &["access_token$production$", "access_token$sandbox$"], 30).certain(),
    word("brave", &["BSA"], 26).most(28).weak(),
    word("brevo", &["xkeysib-", "xsmtpsib-"], 60),
    word("browserbase", &["bb_live_"], 24).weak(),
    plain("buildkite", &["bkua_", "bkaj_"], 30),
    word("canva", &["cnvca", "cnvapi"], 40),
    plain("cerebras", &["csk-"], 40),
    plain("clickhouse", &["4b1d"], 38).most(38).weak(),
    plain("clojars", &["CLOJARS_"], 50),
    word("cloudflare", &["v1.0-"], 120),
    plain("cloudflare", &["cfut_", "cfat_", "cfk_"], 40),
    word("coinbase", &["coinbase_"], 40).weak(),
    word("contentful", &["CFPAT-"], 40),
    plain("crates_io", &["cio"], 32).most(32).weak(),
    plain("cursor", &["crsr_"], 40),
    plain("databento", &["db-"], 28).most(34).weak(),
    hex("databricks", &["dapi", "dkea", "dose"], 32),
    hex("daytona", &["dtn_"], 60),
    wide("defined_networking", &["dnkey-"], 40),
    plain("deno", &["ddp_", "ddw_"], 30),
    plain("digitalocean", &["dop_v1_", "doo_v1_", "dor_v1_"], 40),
    word("dnsimple", &["dnsimple_u_", "dnsimple_a_"], 30),
    word("docker", &["dckr_pat_", "dckr_oat_"], 20),
    plain("doppler", &["dp.pt.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit.", "dp.said."], 40),
    wide("doppler", &["dp.st."], 40),
    wide("dropbox", &["sl."], 60).weak(),
    plain("dub", &["dub_"], 22).weak(),
    wide("duffel", &["duffel_test_", "duffel_live_"], 30),
    wide("dynatrace", &["dt0c01.", "dt0s01.", "dt0s02.", "dt0s16."], 80),
    hex("e2b", &["e2b_"], 40),
    plain("easypost", &["EZAK", "EZTK"], 50),
    hex("elevenlabs", &["sk_"], 48).most(48),
    plain("facebook", &["EAAC", "EAAG", "EAAM", "EAAB"], 60),
    word("figma", &["figd_", "figo_", "figor_", "figu_", "figur_"], 30),
    word("firebase", &["APA91b"], 100),
    plain("firecrawl", &["fc-"], 30).weak(),
    plain("fireworks", &["fw_"], 22).weak(),
    plain("flutterwave", &["FLWSECK_TEST-", "FLWSECK-", "FLWPUBK_TEST-"], 10).certain(),
    plain("flutterwave", &["FLWSECK_"], 12).certain(),
    word("fly_io", &["fo1_"], 30),
    wide("fly_io", &["fm1a_", "fm1r_", "fm2_"], 40),
    wide("frame_io", &["fio-u-"], 50),
    plain("github", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], 30),
    word("github", &["github_pat_"], 22),
    wide("gitlab", &["glpat-"], 18).certain(),
    wide("gitlab", &["glrt-"], 18).certain(),
    word(
        "gitlab",
        &[
            "gldt-",
            "glrtr-",
            "glptt-",
            "glft-",
            "glimt-",
            "glagent-",
            "gloas-",
            "glsoat-",
            "glffct-",
            "glwt-",
            "GR1348941",
        ],
        18,
    )
    .certain(),
    word("gitlab", &["glcbt-"], 16).certain(),
    plain("gitlab", &["_gitlab_session="], 32).certain(),
    wide("gocardless", &["live_"], 40).weak(),
    word("google", &["AIza"], 32),
    word("google", &["ya29.", "GOCSPX-"], 20),
    word("google", &["1//0"], 40),
    wide("grafana", &["glc_"], 30),
    word("grafana", &["glsa_"], 32),
    plain("grafana", &["eyJrIjoi"], 40),
    plain("groq", &["gsk_"], 40),
    wide("harness", &["pat.", "sat."], 40).weak(),
    word("heroku", &["HRKU-"], 30),
    plain("honeycomb", &["hcaik_", "hcbik_", "hccik_", "hcdik_", "hcxik_", "hcxlk_", "hcamk_"], 50),
    word("hubspot", &["pat-na1-", "pat-na2-", "pat-eu1-"], 36),
    plain("hugging_face", &["hf_", "api_org_"], 30).weak(),
    plain("hugging_face", &["hf_", "api_org_"], 34).most(34).certain(),
    plain("infracost", &["ico-"], 30),
    hex("inngest", &["signkey-prod-", "signkey-test-"], 32),
    wide("intercom", &["dG9rO"], 50),
    hex("intra42", &["s-s4t2ud-", "s-s4t2af-"], 60),
    plain("jina", &["jina_"], 50),
    wide("jwt_in_base64", &["ZXlK"], 60),
    hex("klaviyo", &["pk_"], 34).most(34),
    word("langfuse", &["sk-lf-", "pk-lf-"], 36),
    word("langsmith", &["lsv2_pt_", "lsv2_sk_", "ls__"], 30).weak(),
    word("launchdarkly", &["sdk-", "mob-", "api-"], 36).most(36).weak(),
    plain("lichess", &["lip_"], 20),
    plain("linear", &["lin_api_", "lin_oauth_", "lin_wh_"], 32),
    word("liveblocks", &["sk_dev_"], 40).weak(),
    hex("lob", &["live_", "test_"], 35).weak(),
    hex("lob", &["live_pub_", "test_pub_"], 31),
    word("localstack", &["ls-"], 24).most(40).weak(),
    plain("ltk", &["ltk_"], 40),
    hex("mailersend", &["mlsn."], 60),
    plain("mailgun", &["key-"], 32).weak(),
    hex("mailgun", &["pubkey-"], 32),
    word("mandrill", &["md-"], 22).most(22).weak(),
    wide("mapbox", &["pk.eyJ", "sk.eyJ", "tk.eyJ"], 60),
    wide("mapbox", &["pk."], 80).weak(),
    word("mercury", &["mercury_production_", "mercury_sandbox_"], 30),
    plain("mergify", &["mka_"], 60),
    word("mongodb_atlas", &["mdb_sa_sk_"], 40),
    plain("n8n", &["n8n_api_"], 40),
    plain("neon", &["napi_", "neon_api_key_"], 40).weak(),
    plain("netlify", &["nfp_", "nfc_", "nfo_", "nfu_", "nfb_"], 30),
    plain("new_relic", &["NRAK-"], 27),
    word("new_relic", &["NRII-"], 30),
    plain("new_relic", &["NRJS-"], 19),
    plain("new_relic", &["NRRA-"], 40),
    word("new_relic", &["NRBR-", "NRIQ-"], 19),
    plain("notion", &["ntn_"], 30).weak(),
    plain("notion", &["secret_"], 40).weak(),
    plain("npm", &["npm_"], 30),
    plain("nuget", &["oy2"], 43),
    word("nvidia", &["nvapi-"], 40),
    plain("octopus", &["API-"], 26).most(26).weak(),
    wide("one_password", &["ops_eyJ"], 60),
    word("one_password", &["A3-"], 30),
    plain("onesignal", &["os_v2_app_", "os_v2_org_"], 80),
    wide("onfido", &["api_live.", "api_sandbox.", "api_live_us.", "api_live_ca."], 30),
    word("open_vsx", &["ovsxat_", "ovsxp_"], 30),
    word("openai_anthropic", &["sk-"], 20).weak(),
    word("openshift", &["sha256~"], 40),
    word("ory", &["ory_at_", "ory_st_", "ory_pat_", "ory_rt_", "ory_ac_", "ory_apikey_"], 30),
    word("paddle", &["pdl_live_apikey_", "pdl_sdbx_apikey_"], 40),
    plain("perplexity", &["pplx-"], 40),
    word("persona", &["persona_production_", "persona_sandbox_"], 30),
    word("pinecone", &["pcsk_"], 40),
    word("pinterest", &["pina_", "pinc_", "pinr_"], 32),
    word("plaid", &["access-sandbox-", "access-development-", "access-production-"], 36),
    wide("planetscale", &["pscale_pw_", "pscale_tkn_", "pscale_oauth_"], 30),
    word("polar", &["polar_oat_", "polar_pat_"], 30),
    word("posthog", &["phx_", "phs_"], 30),
    word("postman", &["PMAK-"], 50),
    word("postman", &["PMAT-"], 26),
    plain("prefect", &["pnu_", "pnb_", "prefect_"], 30).weak(),
    plain("pulumi", &["pul-"], 40),
    wide("pydantic_logfire", &["pylf_v1_"], 40),
    word("pypi", &["pypi-AgE"], 40),
    plain("ramp", &["ramp_sec_", "ramp_tok_"], 30),
    plain("razorpay", &["rzp_live_", "rzp_test_"], 14),
    plain("readme", &["rdme_"], 40),
    plain("render", &["rnd_"], 30),
    plain("replicate", &["r8_"], 30).weak(),
    word("resend", &["re_"], 30).most(36).weak(),
    hex("rootly", &["rootly_"], 60),
    plain("rubygems", &["rubygems_"], 40),
    plain("runpod", &["rpa_"], 40),
    plain("samsara", &["samsara_api_"], 28),
    plain("scaleway", &["SCW"], 17).most(17),
    word("scalingo", &["tk-us-"], 48).most(48).weak(),
    wide("sendgrid", &["SG."], 40),
    wide("sentry", &["sntrys_eyJ"], 30),
    hex("sentry", &["sntryu_"], 64).most(64),
    plain("settlemint", &["sm_aat_", "sm_pat_", "sm_sat_"], 16).certain(),
    hex("shippo", &["shippo_live_", "shippo_test_"], 30),
    plain("shopify", &["shpat_", "shpca_", "shppa_", "shpss_", "shptka_", "shpua_", "shprt_"], 30),
    word("slack", &["xoxb-", "xoxa-", "xoxp-", "xoxr-", "xoxs-", "xoxo-", "xoxc-"], 18),
    word("slack", &["xoxe.xoxb-", "xoxe.xoxp-", "xoxe-"], 60),
    wide("slack", &["xoxd-"], 10).certain(),
    word("slack", &["xapp-"], 16),
    wide("snyk", &["snyk_uat.", "snyk_sat."], 30),
    hex("sonar", &["sqp_", "squ_", "sqa_"], 40),
    word("sourcegraph", &["sgp_", "sgd_", "slk_"], 40),
    word("square", &["EAAA"], 56),
    word("square", &["sq0atp-", "sq0csp-", "sq0idp-"], 22),
    plain(
        "stripe",
        &[
            "sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_", "pk_live_",
            "pk_test_",
        ],
        10,
    )
    .certain(),
    wide("stripe", &["whsec_"], 20),
    word("stripe", &["whsec-"], 30),
    word("stytch", &["secret-live-", "secret-test-"], 30).weak(),
    plain("supabase", &["sbp_"], 40),
    word("supabase", &["sb_secret_"], 20),
    wide("svix", &["testsk_", "sk_svix_"], 30).weak(),
    word("tailscale", &["tskey-"], 20).certain(),
    word("tavily", &["tvly-"], 20),
    word("telnyx", &["KEY0"], 30).weak(),
    plain("tencent", &["AKID"], 32).most(32),
    word("together", &["tgp_v1_"], 40),
    plain("trigger_dev", &["tr_prod_", "tr_dev_", "tr_stg_"], 20).weak(),
    word("twelvelabs", &["tlk_"], 30),
    hex("twilio", &["SK"], 32).most(32),
    wide("twitter", &["AAAAAAAAAAAAAAAAAAAAAA"], 60),
    wide("typeform", &["tfp_"], 40),
    word("unkey", &["unkey_"], 20),
    plain("val_town", &["vtwn_"], 24),
    plain("vault", &["s."], 24).most(24).weak(),
    word("vault", &["hvs.", "hvb.", "hvr."], 20),
    plain("vercel", &["vcp_", "vci_", "vca_", "vcr_", "vck_"], 24),
    wide("voiceflow", &["VF.DM.", "VF.WS."], 30),
    plain("volcengine", &["AKLT"], 40),
    word("wakatime", &["waka_"], 36),
    word("weights_and_biases", &["wandb_v1_"], 40),
    plain("xai", &["xai-"], 60),
    word("yandex", &["AQVN"], 34),
    wide("yandex", &["t1."], 80).weak(),
    word("yandex", &["y0_"], 40),
    word("yandex", &["YC"], 38).most(38).weak(),
    plain("zapier", &["zapier_"], 30).weak(),
    word("zuplo", &["zpka_"], 40),
];
