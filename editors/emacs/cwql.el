;;; cwql.el --- The language server of cwql for Emacs  -*- lexical-binding: t -*-

;; Emacs 29 contains Eglot; for older versions it is a package. The server comes with `pip install 'cwql[lsp]'`.
;; Eglot uses one server for a buffer: M-x eglot asks which one, if another server is registered for the mode first.

(require 'eglot)

(defvar cwql-command '("cwql" "server")
  "The command of the server.")

(defvar cwql-modes
  '(clojure-mode csharp-mode elixir-mode go-mode html-mode java-mode js-mode json-mode kotlin-mode markdown-mode
    perl-mode php-mode powershell-mode python-mode ruby-mode rust-mode sh-mode swift-mode typescript-mode yaml-mode)
  "The modes of the files that are checked.")

(dolist (mode cwql-modes)
  (add-to-list 'eglot-server-programs (cons mode cwql-command)))

(provide 'cwql)
;;; cwql.el ends here
