def boom : Except String Nat := .error "boom"
#eval boom
#eval (throw (IO.userError "thrown") : IO Unit)
#eval (panic! "a panic" : Nat)
#eval (unreachable! : Nat)
#eval [1, 2, 3][7]!
#eval (fun x : Nat => x)
#eval (1 = 2)
#eval (1 : Fin 0)
#eval (none : Option Nat).get!
#eval not_defined
#eval (sorry : Nat)
example : True := by
  first
  | fail "told you"
  | trivial
example : True := by
  fail "told you again"
