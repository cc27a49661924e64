;;; authlint.el --- Run authlint and step through what it finds  -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, languages
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; `M-x authlint' lints the project of the current buffer; `next-error' goes from finding to finding.

;;; Code:

(require 'compile)
(require 'project)

(defgroup authlint nil
  "Google Cloud authentication faults."
  :group 'tools)

(defcustom authlint-command "authlint --format concise --color never --quiet ."
  "The command that is run in the root of the project."
  :type 'string)

(defconst authlint-regexp
  "^\\(.+?\\):\\([0-9]+\\):\\([0-9]+\\): \\(?:error\\|\\(warning\\)\\|\\(advice\\)\\)\\[[a-z-]+\\] "
  "A finding: file, line, column, and whether it is a warning or advice.")

(define-compilation-mode authlint-mode "authlint"
  "Findings of authlint."
  ;; Columns count characters.
  (setq-local compilation-error-screen-columns nil)
  (setq-local compilation-error-regexp-alist-alist `((authlint ,authlint-regexp 1 2 3 (4 . 5))))
  (setq-local compilation-error-regexp-alist '(authlint)))

;;;###autoload
(defun authlint ()
  "Lint the project of the current buffer."
  (interactive)
  (let* ((project (project-current))
         (default-directory (if project (project-root project) default-directory)))
    (compilation-start authlint-command #'authlint-mode)))

(provide 'authlint)
;;; authlint.el ends here
