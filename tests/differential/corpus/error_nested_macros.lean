macro "inner " t:term : term => `((fun x : Nat => x + $t) "wrong")
macro "outer " t:term : term => `(id (inner $t))
example : Nat := outer 3
example : Nat := outer "three"
example : Nat := (fun f => f (outer 1)) (fun x => x (inner 2))
syntax "deep " num : term
macro_rules
  | `(deep 0) => `("bottom")
  | `(deep $n) => do
    let k := n.getNat - 1
    `(id (deep $(Lean.quote k)))
example : Nat := deep 4
example : String := deep 4
