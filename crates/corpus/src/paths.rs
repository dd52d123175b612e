//! What the path of a file says about who wrote it.
//!
//! Packages carry copies of other projects, what programs wrote and data for tests
//! in folders and under names that are the same everywhere. Must not read what is in files.

use std::path::Path;

use super::filter::Reason;

/// Folders, and why what lies in them is left out.
const FOLDERS: [(&str, Reason); 28] = [
    ("3rdparty", Reason::Vendored),
    ("_extern", Reason::Vendored),
    ("_externals", Reason::Vendored),
    ("_internal_vendor", Reason::Vendored),
    ("_vendor", Reason::Vendored),
    ("_vendored", Reason::Vendored),
    ("bower_components", Reason::Vendored),
    ("bundled", Reason::Vendored),
    ("extern", Reason::Vendored),
    ("external", Reason::Vendored),
    ("externals", Reason::Vendored),
    ("node_modules", Reason::Vendored),
    ("site-packages", Reason::Vendored),
    ("third-party", Reason::Vendored),
    ("third_party", Reason::Vendored),
    ("thirdparty", Reason::Vendored),
    ("vendor", Reason::Vendored),
    ("vendored", Reason::Vendored),
    ("__generated__", Reason::Generated),
    ("_generated", Reason::Generated),
    ("autogen", Reason::Generated),
    ("generated", Reason::Generated),
    ("__snapshots__", Reason::TestData),
    ("fixtures", Reason::TestData),
    ("snapshots", Reason::TestData),
    ("test-data", Reason::TestData),
    ("test_data", Reason::TestData),
    ("testdata", Reason::TestData),
];

/// Folders in which JavaScript is what a compiler made.
const COMPILED: [&str; 16] = [
    "_cjs", "_esm", "build", "bundles", "cjs", "commonjs", "compiled", "dist", "es", "es2015",
    "es5", "es6", "esm", "esnext", "min", "umd",
];

/// Ends of names of JavaScript.
const JAVASCRIPT: [&str; 4] = [".cjs", ".js", ".jsx", ".mjs"];

/// Ends of file names, and why such files are left out.
const ENDINGS: [(&str, Reason); 17] = [
    (".bundle.js", Reason::Generated),
    (".d.cts", Reason::Stub),
    (".d.mts", Reason::Stub),
    (".d.ts", Reason::Stub),
    (".gen.go", Reason::Generated),
    (".generated.ts", Reason::Generated),
    (".min.js", Reason::Generated),
    (".pb.cc", Reason::Generated),
    (".pb.go", Reason::Generated),
    (".pb.h", Reason::Generated),
    (".pyi", Reason::Stub),
    ("_generated.go", Reason::Generated),
    ("_pb2.py", Reason::Generated),
    ("_pb2_grpc.py", Reason::Generated),
    ("lextab.py", Reason::Generated),
    ("parsetab.py", Reason::Generated),
    ("_version.py", Reason::Generated),
];

/// Why the file at `inside` its package in `folder` is left out; `None` if its path
/// says nothing against it.
pub(super) fn speaks_against(folder: &Path, inside: &Path) -> Option<Reason> {
    by_name(&inside.to_string_lossy())
        .or_else(|| has_declarations(&folder.join(inside), inside).then_some(Reason::Generated))
}

/// Whether a file of JavaScript has its declarations beside it, as what is compiled
/// from TypeScript has. In a package's own folder people write both.
fn has_declarations(path: &Path, inside: &Path) -> bool {
    let in_a_folder = inside.parent().is_some_and(|p| p != Path::new(""));
    in_a_folder
        && is_javascript(&path.to_string_lossy())
        && disk::is_file(&path.with_extension("d.ts"))
}

fn is_javascript(path: &str) -> bool {
    JAVASCRIPT.iter().any(|ending| path.ends_with(ending))
}

/// The same by the names of folders and file alone.
fn by_name(path: &str) -> Option<Reason> {
    let path = path.to_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
    if is_javascript(name) && folders.split('/').any(|f| COMPILED.contains(&f)) {
        return Some(Reason::Generated);
    }
    let of_folder = folders
        .split('/')
        .find_map(|folder| reason(&FOLDERS, |entry| folder == entry));
    of_folder.or_else(|| reason(&ENDINGS, |ending| name.ends_with(ending)))
}

fn reason(table: &[(&str, Reason)], is: impl Fn(&str) -> bool) -> Option<Reason> {
    let found = table.iter().find(|(entry, _)| is(entry));
    found.map(|&(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_generated_files_stubs_and_test_data_are_told_by_their_paths() {
        for (path, expected) in [
            ("pip/_vendor/requests/api.py", Some(Reason::Vendored)),
            ("Third_Party/zlib/inflate.c", Some(Reason::Vendored)),
            ("api/service_pb2.py", Some(Reason::Generated)),
            ("src/index.d.ts", Some(Reason::Stub)),
            ("package/module.pyi", Some(Reason::Stub)),
            ("tests/fixtures/broken.py", Some(Reason::TestData)),
            ("tests/test_api.py", None),
            ("src/vendors.py", None),
            ("vendor.py", None),
            ("dist/index.js", Some(Reason::Generated)),
            ("dist/setup.py", None),
            ("lib/es/index.mjs", Some(Reason::Generated)),
            ("src/index.ts", None),
            ("generated.rs", None),
        ] {
            assert_eq!(by_name(path), expected, "{path}");
        }
    }

    #[test]
    fn what_is_compiled_has_declarations_beside_it() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("lib")).unwrap();
        for file in ["index.d.ts", "lib/made.d.ts"] {
            std::fs::write(root.path().join(file), "").unwrap();
        }
        let against = |inside: &str| speaks_against(root.path(), Path::new(inside));
        assert_eq!(against("lib/made.js"), Some(Reason::Generated));
        assert_eq!(against("lib/written.js"), None);
        assert_eq!(against("index.js"), None);
    }
}
