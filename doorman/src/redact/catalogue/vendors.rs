//! The prefixes that vendors give their tokens, with what follows them.

/// What a token is made of after its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::redact) enum Made {
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
    /// Whether words have no such prefix, so that no digit has to tell.
    pub(in crate::redact) certain: bool,
}

/// Letters and digits after the prefix, at least so many.
const fn plain(name: &'static str, prefixes: &'static [&'static str], least: usize) -> Vendor {
    Vendor { name, prefixes, made: Made::Plain, least, certain: false }
}

const fn word(name: &'static str, prefixes: &'static [&'static str], least: usize) -> Vendor {
    Vendor { made: Made::Word, ..plain(name, prefixes, least) }
}

const fn wide(name: &'static str, prefixes: &'static [&'static str], least: usize) -> Vendor {
    Vendor { made: Made::Wide, ..plain(name, prefixes, least) }
}

impl Vendor {
    const fn certain(self) -> Self {
        Self { certain: true, ..self }
    }
}

pub(in crate::redact) const VENDORS: &[Vendor] = &[
    plain("adafruit", &["aio_"], 26),
    plain("adobe", &["p8e-"], 30),
    plain("age", &["AGE-SECRET-KEY-1"], 50),
    plain("alibaba", &["LTAI"], 16),
    word("amazon_mws", &["amzn.mws."], 30),
    plain("artifactory", &["AKCp"], 60),
    plain("artifactory", &["cmVmd"], 55),
    wide("atlassian", &["ATATT3", "ATCTT3"], 60),
    wide("authress", &["sc_", "ext_", "scauth_", "authress_"], 50),
    wide("azure_storage", &["AccountKey="], 40),
    plain("beamer", &["b_"], 44),
    plain("bitbucket", &["ATBB"], 28),
    wide("bitbucket", &["BBDC-"], 30),
    word("brevo", &["xkeysib-", "xsmtpsib-"], 60),
    plain("buildkite", &["bkua_"], 30),
    plain("clojars", &["CLOJARS_"], 50),
    word("cloudflare", &["v1.0-"], 120),
    plain("cloudflare", &["cfut_", "cfat_"], 40),
    word("contentful", &["CFPAT-"], 40),
    plain("databricks", &["dapi"], 32),
    wide("defined_networking", &["dnkey-"], 40),
    plain("digitalocean", &["dop_v1_", "doo_v1_", "dor_v1_"], 40),
    word("docker", &["dckr_pat_"], 20),
    plain("doppler", &["dp.pt.", "dp.ct.", "dp.sa."], 40),
    wide("doppler", &["dp.st."], 40),
    word("dropbox", &["sl."], 60),
    wide("duffel", &["duffel_test_", "duffel_live_"], 30),
    wide("dynatrace", &["dt0c01."], 80),
    plain("easypost", &["EZAK", "EZTK"], 50),
    plain("facebook", &["EAAC", "EAAG", "EAAM", "EAAB"], 60),
    word("figma", &["figd_"], 30),
    plain("firecrawl", &["fc-"], 30),
    plain("flutterwave", &["FLWSECK_TEST-", "FLWSECK-", "FLWPUBK_TEST-"], 10),
    plain("flutterwave", &["FLWSECK_"], 12),
    word("fly_io", &["fo1_"], 30),
    wide("fly_io", &["fm2_"], 40),
    wide("frame_io", &["fio-u-"], 50),
    plain("github", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], 30),
    word("github", &["github_pat_"], 22),
    word("gitlab", &["glpat-"], 18).certain(),
    word(
        "gitlab",
        &[
            "gldt-",
            "glrt-",
            "glptt-",
            "glft-",
            "glimt-",
            "glagent-",
            "gloas-",
            "glsoat-",
            "glffct-",
            "GR1348941",
        ],
        18,
    ),
    word("gitlab", &["glcbt-"], 16),
    word("google", &["AIza"], 32),
    word("google", &["ya29.", "GOCSPX-"], 20),
    wide("grafana", &["glc_"], 30),
    word("grafana", &["glsa_"], 32),
    plain("grafana", &["eyJrIjoi"], 40),
    plain("groq", &["gsk_"], 40),
    wide("harness", &["pat.", "sat."], 40),
    word("heroku", &["HRKU-"], 30),
    plain("hugging_face", &["hf_", "api_org_"], 30),
    plain("infracost", &["ico-"], 30),
    plain("intra42", &["s-s4t2ud-", "s-s4t2af-"], 60),
    word("langsmith", &["lsv2_pt_", "lsv2_sk_"], 30),
    word("launchdarkly", &["sdk-", "mob-", "api-"], 36),
    plain("lichess", &["lip_"], 30),
    plain("linear", &["lin_api_", "lin_oauth_"], 32),
    plain("lob", &["live_"], 30),
    plain("lob", &["test_"], 35),
    plain("ltk", &["ltk_"], 40),
    plain("mailgun", &["key-"], 32),
    word("maxmind", &["_mmk"], 40),
    plain("netlify", &["nfp_"], 30),
    plain("new_relic", &["NRAK-"], 27),
    word("new_relic", &["NRII-"], 30),
    plain("new_relic", &["NRJS-"], 19),
    plain("new_relic", &["NRRA-"], 40),
    plain("notion", &["ntn_"], 30),
    plain("notion", &["secret_"], 40),
    plain("npm", &["npm_"], 30),
    plain("nuget", &["oy2"], 43),
    word("nvidia", &["nvapi-"], 40),
    wide("one_password", &["ops_eyJ"], 60),
    word("one_password", &["A3-"], 30),
    word("openai_anthropic", &["sk-"], 20),
    word("openshift", &["sha256~"], 40),
    plain("perplexity", &["pplx-"], 40),
    word("plaid", &["access-sandbox-", "access-production-"], 36),
    wide("planetscale", &["pscale_pw_", "pscale_tkn_", "pscale_oauth_"], 30),
    word("posthog", &["phx_"], 30),
    word("postman", &["PMAK-"], 50),
    plain("prefect", &["pnu_", "prefect_"], 30),
    plain("pulumi", &["pul-"], 40),
    word("pypi", &["pypi-AgE"], 40),
    plain("readme", &["rdme_"], 40),
    plain("render", &["rnd_"], 30),
    plain("replicate", &["r8_"], 30),
    plain("rubygems", &["rubygems_"], 40),
    plain("runpod", &["rpa_"], 40),
    word("scalingo", &["tk-us-"], 40),
    wide("sendgrid", &["SG."], 40),
    wide("sentry", &["sntrys_eyJ"], 30),
    plain("sentry", &["sntryu_"], 40),
    plain("settlemint", &["sm_aat_", "sm_pat_", "sm_sat_"], 16),
    plain("shippo", &["shippo_live_", "shippo_test_"], 30),
    plain("shopify", &["shpat_", "shpca_", "shppa_", "shpss_"], 30),
    word("slack", &["xoxa-", "xoxb-", "xoxe.xox", "xoxp-", "xoxr-", "xoxs-", "xoxo-"], 20),
    word("slack", &["xoxe-", "xoxc-"], 10),
    wide("slack", &["xoxd-"], 10),
    word("slack", &["xapp-"], 16),
    word("sourcegraph", &["sgp_"], 40),
    word("square", &["EAAA"], 56),
    word("square", &["sq0atp-", "sq0csp-"], 22),
    plain(
        "stripe",
        &[
            "sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_", "pk_live_",
            "pk_test_",
        ],
        10,
    )
    .certain(),
    word("stripe", &["whsec_"], 20),
    word("stripe", &["whsec-"], 30),
    plain("supabase", &["sbp_"], 40),
    word("supabase", &["sb_secret_"], 20),
    word("tailscale", &["tskey-"], 20).certain(),
    word("tavily", &["tvly-"], 20),
    plain("twilio", &["SK"], 32),
    wide("typeform", &["tfp_"], 40),
    word("vault", &["hvs.", "hvb.", "hvr."], 20),
    plain("xai", &["xai-"], 60),
    word("yandex", &["AQVN"], 34),
    wide("yandex", &["t1."], 80),
    word("yandex", &["y0_"], 40),
];
