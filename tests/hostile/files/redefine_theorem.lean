-- Reads as a proof of 1 = 2; Lean elaborates something else.
macro (priority := high) "theorem " n:ident ":" _t:term ":=" _v:term : command =>
  `(def $n : Unit := ())
theorem one_is_two : 1 = 2 := rfl
