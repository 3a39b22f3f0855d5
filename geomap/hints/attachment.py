"""stub"""
def subject_expressions(reader, expressions):
    return expressions
