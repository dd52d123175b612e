//! What is taken for a secret, and what is not.

use std::borrow::Cow;

use language::secrets::{Pieces, secrets, without_secrets};

/// `text` without its secrets, each of which is marked.
fn marked(text: &str) -> String {
    let mut rest = String::new();
    let mut from = 0;
    for secret in secrets(text.as_bytes()) {
        rest += &text[from..secret.start];
        rest += "∎";
        from = secret.end;
    }
    rest + &text[from..]
}

/// Made up for these tests, and cut in two so that no scanner takes them for real ones.
fn token(start: &str, rest: &str) -> String {
    format!("{start}{rest}")
}

#[test]
fn tokens_are_told_by_their_shape() {
    for (start, rest) in [
        ("AKIA", "Q7RT2ZXW9PLM4KVB"),
        ("AIza", "SyD3fGh7JkL9mNpQ2rStUvWxYz1a4B6c8Ee"),
        ("ghp_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"),
        ("gho_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"),
        ("github_pat_", "11ABCDEFG0x7yZ8wV6uT5sR4qP3oN2mL1kJ"),
        ("glpat-", "x7Yz9Qw3Er5Ty7Ui1Op2"),
        ("npm_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"),
        ("xoxb-", "210987654321-qWeRtYuIoP12"),
        ("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
        ("SG.", "ngeVfQFYQlKU0ufo8x5d1A"),
    ] {
        let text = format!("connect({:?});\nlet a = 1;", token(start, rest));
        assert_eq!(marked(&text), format!("connect(\"{start}∎\");\nlet a = 1;"));
    }
    let jwt = format!(
        "{}.{}.{}",
        token("eyJ", "hbGciOiJIUzI1NiJ9"),
        "eyJzdWIiOiIxMjM0NTY3ODkwIn0",
        "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
    );
    assert_eq!(marked(&format!("x = '{jwt}'")), "x = 'eyJ∎'");
}

#[test]
fn private_keys_are_told_by_their_dashes() {
    let body = "MIIEpAIBAAKCAQEA7bq3+Zk2\nQm9vZ2llV29vZ2llQm9vZ2ll\n";
    for kind in ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "] {
        let (begin, end) = (
            format!("-----BEGIN {kind}PRIVATE KEY-----"),
            format!("-----END {kind}PRIVATE KEY-----"),
        );
        assert_eq!(
            marked(&format!("{begin}\n{body}{end}\nx")),
            format!("{begin}∎{end}\nx")
        );
        // Half typed.
        let half = format!("a = \"{begin}\n{body}\nthen(more)");
        assert_eq!(marked(&half), format!("a = \"{begin}∎\n\nthen(more)"));
        let constants = format!("const A: &str = \"{begin}\";\nconst B: &str = \"{end}\";\n");
        assert_eq!(marked(&constants), constants);
    }
    let public = format!("-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----");
    assert_eq!(marked(&public), public);
}

#[test]
fn passwords_are_told_by_their_names() {
    for (text, expected) in [
        ("let password = \"hunter2x9\";", "let password = \"∎\";"),
        (
            "const DB_PASSWORD: &str = \"tr0ub4dor&3\";",
            "const DB_PASSWORD: &str = \"∎\";",
        ),
        ("password='S3cure!pass'", "password='∎'"),
        ("{\"password\": \"Xk29!fmq\"}", "{\"password\": \"∎\"}"),
        ("#define PASSWD \"Xk29fmq1\"", "#define PASSWD \"∎\""),
        ("set_password(\"Xk29!fmq\")", "set_password(\"∎\")"),
        (
            "apiKey: 'f81d4fae7dec11d0a76500a0c91e6bf6',",
            "apiKey: '∎',",
        ),
        (
            "client_secret := \"wJalrXUtnFEMI/K7MDENG/bPxRfiCY\"",
            "client_secret := \"∎\"",
        ),
        (
            "export API_TOKEN=q8Zr4Tn1Xw7Lp3Vk9Mb2",
            "export API_TOKEN=∎",
        ),
        ("auth_token: q8Zr4Tn1Xw7Lp3Vk9Mb2\n", "auth_token: ∎\n"),
        (
            "{'Authorization': 'Bearer q8Zr4Tn1Xw7Lp3Vk'}",
            "{'Authorization': 'Bearer ∎'}",
        ),
        (
            "\"postgres://app:Xk29fmq1@db/x\"",
            "\"postgres://app:∎@db/x\"",
        ),
        // Half typed.
        ("let password = \"hunter2x9", "let password = \"∎"),
    ] {
        assert_eq!(marked(text), expected);
    }
}

#[test]
fn ordinary_code_has_no_secrets() {
    for text in [
        "let token = \"identifier\";",
        "password: \"Enter your password\",",
        "let password = \"password\";",
        "token: Token::new(kind_1, span_2),",
        "let token = self.tokens[position1].clone();",
        "const TOKEN: &str = \"access_token_v2\";",
        "\"secret\" => Some(\"client-secret-2\"),",
        "let secret = sha256(password2, salt16);",
        "plugin = \"caching_sha2_password\"",
        "passwordField.setPlaceholder(\"${user.password1}\")",
        "starts_with(\"ghp_\") || starts_with(\"sk_live_\")",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "https://example.com:8080/a@b",
        "\"http://{user}:{password}@host\"",
        "fn token<'a>(input: &'a str) -> Option<&'a str> {",
        "npm_config_registry_and_some_more_words_here",
        "use tokenizers::{Utf8Error, Base64Url, Sha256Hash, Md5Hash};",
    ] {
        assert_eq!(marked(text), text);
    }
}

#[test]
fn what_is_left_has_no_secret_and_a_piece_is_told() {
    let text = b"let password = \"hunter2x9\"; let more = 1;";
    let rest = without_secrets(Cow::Borrowed(text.as_slice()));
    assert_eq!(rest, b"let password = \"\"; let more = 1;".as_slice());
    assert!(secrets(&rest).is_empty());
    let pieces = Pieces::of(text);
    let brings = |text: &str, from| pieces.are_in(text.as_bytes(), from);
    assert!(brings("x = \"hunter2x9", 5));
    assert!(brings("x = \"hunter2", 10));
    // Three bytes of it are one where the same stands before them.
    assert!(brings("x = \"hun", 5) && !brings("hunt", 0));
    assert!(!brings("x = \"hunter2x9\" + one", 14));
    assert!(!brings("short", 0));
    let words = Pieces::of(b"password = 'secure-9-password!'");
    let brings = |text: &str| words.are_in(text.as_bytes(), 0);
    assert!(brings("ure-9-") && brings("ssword!") && !brings("password"));
}

#[test]
fn a_secret_is_one_wherever_it_stands_again() {
    let text = "password = 'hunter2x9'\nlogin('hunter2x9')\n";
    assert_eq!(marked(text), "password = '∎'\nlogin('∎')\n");
}

#[test]
fn hostile_text_takes_time_by_its_length_alone() {
    let length = 1 << 18;
    for piece in [
        "token",
        "token\"",
        "password = ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN ",
        "eyJ",
        "eyJ-",
        "eyJaaaaaaaa.",
        "xoxb-",
        "://a:",
        "AKIA",
        "bearer ",
        "'",
        "password='",
    ] {
        let text = piece.repeat(length / piece.len());
        // It ends: a square of the length would not.
        secrets(text.as_bytes());
    }
}
