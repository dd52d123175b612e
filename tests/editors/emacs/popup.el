;;; popup.el --- eglot lists what lstm-ls suggests and inserts it  -*- lexical-binding: t -*-

;; Run with --batch, with the file to edit in FILE.

(require 'eglot)
(require 'rust-mode)

;; As docs/editors/emacs.md says. `eglot-ensure' connects after the next command; in batch mode
;; there is none.
(load (expand-file-name "../../../editors/emacs/lstm-ls" (file-name-directory load-file-name)))

(setq eglot-sync-connect 20)
(find-file (getenv "FILE"))
(apply #'eglot (eglot--guess-contact))
(goto-char (point-max))
(insert "        counts.")
(let* ((before (buffer-string))
       (completion (eglot-completion-at-point))
       (candidates (all-completions "" (nth 2 completion)))
       (chosen (car candidates)))
  (unless chosen
    (error "No candidates"))
  (message "%d candidates, the first is %s" (length candidates) chosen)
  (insert chosen)
  (funcall (plist-get (nthcdr 3 completion) :exit-function) chosen 'finished)
  (unless (equal (buffer-string) (concat before chosen))
    (error "Inserted is not what was listed: %s" (buffer-string))))
(save-buffer)
(eglot-shutdown (eglot-current-server))
;;; popup.el ends here
