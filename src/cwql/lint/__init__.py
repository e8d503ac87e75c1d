"""Find every condition of a source tree and say what is wrong with it.

``found`` holds what extractors find, ``places`` says where a condition goes, ``extractors`` has one module per language.
"""
