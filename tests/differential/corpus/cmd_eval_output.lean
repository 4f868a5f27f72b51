#eval IO.println "one line"
#eval IO.print "no newline"
#eval IO.println "two\nlines\n"
#eval IO.eprintln "to stderr"
#eval (do IO.println "first"; IO.println "second" : IO Unit)
#eval (do IO.println "then a value"; return 3 : IO Nat)
#eval IO.println ""
#eval IO.println "tab\tand\rreturn"
#eval IO.println (String.singleton (Char.ofNat 0))
#eval IO.println "end"
