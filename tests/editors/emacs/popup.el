;;; popup.el --- eglot lists what lstm-ls suggests and inserts it  -*- lexical-binding: t -*-

;; Run with --batch, with the file to edit in FILE.

(require 'eglot)
(require 'rust-mode)

;; As editors/README.md says, but for `eglot-ensure', which connects after the next command;
;; in batch mode there is none.
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(rust-mode . ("lstm-ls" "--stdio"))))

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

;; What another program writes is known to the next list. Batch mode hears of files only
;; while it waits for a key.
(let ((other (expand-file-name "other.rs" (file-name-directory (getenv "FILE"))))
      (limit (time-add nil 15))
      known)
  (with-temp-buffer
    (dotimes (i 40)
      (insert (format "fn f%d() {\n        quokka_registry.lookup_zebra(%d);\n}\n" i i)))
    (unless (zerop (call-process-region (point-min) (point-max) "tee" nil nil nil other))
      (error "Could not write %s" other)))
  (insert "\n        quokka_registry.")
  (while (and (not known) (time-less-p nil limit))
    (read-event nil nil 0.2)
    ;; Asks again, as a typist who types on does.
    (insert "l")
    (delete-char -1)
    (let* ((completion (eglot-completion-at-point))
           (candidates (and completion (all-completions "" (nth 2 completion)))))
      (setq known (seq-find (lambda (text) (string-match-p "lookup_zebra" text)) candidates))))
  (unless known
    (error "What another program wrote was not listed"))
  (message "Listed is %s" known))
(set-buffer-modified-p nil)
(eglot-shutdown (eglot-current-server))
;;; popup.el ends here
