#eval 1 + 1
#eval IO.println "printed"
#eval IO.eprintln "to stderr"
def shout (s : String) : String := s ++ "!"
#eval shout "hello"
#eval (throw (IO.userError "boom") : IO Unit)
#eval (do IO.print "no newline"; return 3 : IO Nat)
#eval IO.getStdin >>= fun h => h.getLine
#eval (panic! "oh no" : Nat)
#eval dbgTrace "traced" fun _ => 1
