"""The language server: ``cwql server`` checks conditions inside source files while they are typed.

It uses the same linter as ``cwql lint``, so both report the same problems. ``document`` has the text of a file and its
conditions, ``project`` the settings; these two and ``positions`` know nothing of the protocol. The extra ``lsp`` installs
pygls and lsprotocol, which only this package imports.
"""
