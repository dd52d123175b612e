;;; init.el --- eglot with lstm-ls, as docs/editors/emacs.md says  -*- lexical-binding: t -*-

;; Emacs compiles libraries in the background and opens a window for what it finds odd.
(setq native-comp-async-report-warnings-errors nil
      inhibit-startup-screen t)

(require 'eglot)
(require 'rust-mode)

(add-to-list 'eglot-server-programs '(rust-mode . ("lstm-ls" "--stdio")))
(add-hook 'rust-mode-hook #'eglot-ensure)
;;; init.el ends here
