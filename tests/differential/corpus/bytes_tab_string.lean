#eval "a	b"
#eval "a\tb"
