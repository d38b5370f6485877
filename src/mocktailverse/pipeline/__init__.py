"""The way of a record, stage by stage; each stage gets its stores as arguments.

    extract     ask a source, write its answers as raw objects          (extract.py)
    decode      bytes of a raw object -> raw records with positions     (decode.py and beside)
    validate    raw record -> Record, or a reason why not               (the source's reader)
    normalize   Record -> Drink, pure                                   (mocktailverse.drinks)
    load        Drink -> drinks table, counts -> loads table            (load.py, segment.py)
    publish     changed drinks -> the catalogue that people read        (publish.py)

A load is the processing of one raw object version. Large objects go in segments; whatever
message arrives for a load, it goes on where the finished segments end.
"""
