;;; init.el --- eglot with lstm-ls, as docs/editors/emacs.md says  -*- lexical-binding: t -*-

;; Emacs compiles libraries in the background and opens a window for what it finds odd.
(setq native-comp-async-report-warnings-errors nil
      inhibit-startup-screen t)

(require 'eglot)
(require 'rust-mode)

(load (expand-file-name "../../../editors/emacs/lstm-ls" (file-name-directory load-file-name)))
;;; init.el ends here
