"""The class model at run time: classes, attributes, choices and relationship types of one's own.

``usage`` counts what is stored of a definition, ``changing`` plans and applies, ``schemas`` and
``api`` are its REST interface. Pages and the command line call the same actions.
"""
