"""Lists of others enter the register: CSV, XLSX and exports of other tools, through the one door.

``tables`` reads files row by row, ``mapping`` says what a column means, ``presets`` knows other
tools' exports, ``running`` records, rehearses and undoes, ``exporting`` writes lists and bills of
materials.
"""
