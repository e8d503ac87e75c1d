"""Find the conditions of a source tree and check them.

``found`` defines what extractors return, ``places`` resolves the target of a condition, ``extractors`` has one module
per language.
"""
