;;; lstm-ls.el --- lstm-ls with lsp-mode or eglot  -*- lexical-binding: t -*-

(defvar lstm-ls-modes
  '(rust-mode rust-ts-mode python-mode python-ts-mode
    js-mode js-ts-mode typescript-mode typescript-ts-mode tsx-ts-mode)
  "Where lstm-ls suggests.")

(if (fboundp 'lsp)
    ;; lsp-mode runs it beside the servers it has.
    (with-eval-after-load 'lsp-mode
      (lsp-register-client
       (make-lsp-client :new-connection (lsp-stdio-connection '("lstm-ls" "--stdio"))
                        :major-modes lstm-ls-modes
                        :add-on? t
                        :server-id 'lstm-ls)))
  ;; eglot runs one server a mode.
  (with-eval-after-load 'eglot
    (add-to-list 'eglot-server-programs `(,lstm-ls-modes . ("lstm-ls" "--stdio"))))
  (when (fboundp 'eglot-ensure)
    (dolist (mode lstm-ls-modes)
      (add-hook (intern (format "%s-hook" mode)) #'eglot-ensure))))
;;; lstm-ls.el ends here
