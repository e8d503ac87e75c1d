"""Find the conditions of a source tree and check them.

``frontends`` has one module per language, which makes a tree (``ir``) of a source or searches it directly; ``dataflow``
follows texts and values through a tree. ``found`` defines their result, ``places`` resolves the target of a condition.
"""
