class LstmLs < Formula
  desc "Code completion by a character LSTM that runs on your own CPU"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@REPOSITORY@/releases/download/v@VERSION@/lstm-ls-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@REPOSITORY@/releases/download/v@VERSION@/lstm-ls-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@REPOSITORY@/releases/download/v@VERSION@/lstm-ls-@VERSION@-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256:aarch64-unknown-linux-gnu@"
    end
    on_intel do
      url "@REPOSITORY@/releases/download/v@VERSION@/lstm-ls-@VERSION@-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256:x86_64-unknown-linux-gnu@"
    end
  end

  def install
    bin.install "lstm-ls"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/lstm-ls.bash" => "lstm-ls"
    zsh_completion.install "completions/_lstm-ls"
    fish_completion.install "completions/lstm-ls.fish"
    (share/"nvim/site/pack/lstm-ls/start/lstm-ls").install Dir["editors/neovim/*"]
  end

  test do
    (testpath/"names.rs").write "fn main() {\n    let names = Vec::n"
    assert_match "new()", shell_output("#{bin}/lstm-ls complete names.rs")
  end
end
