//! What the path of a file says about who wrote it.
//!
//! Packages carry copies of other projects, what programs wrote and data for tests
//! in folders and under names that are the same everywhere. Must not read files.

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

/// Why the file at `path`, from its package on, is left out; `None` if its path
/// says nothing against it.
pub(super) fn speaks_against(path: &str) -> Option<Reason> {
    let path = path.to_lowercase();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", &path));
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
            ("generated.rs", None),
        ] {
            assert_eq!(speaks_against(path), expected, "{path}");
        }
    }
}
