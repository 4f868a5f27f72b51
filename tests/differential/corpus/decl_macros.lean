macro "triv" : tactic => `(tactic| first | trivial | rfl)
macro "answer" : term => `(42)
syntax "twice! " term : term
macro_rules
  | `(twice! $t) => `(($t, $t))

syntax (name := split2) "both " tactic " and " tactic : tactic
macro_rules
  | `(tactic| both $a and $b) => `(tactic| constructor; · $a; · $b)

theorem by_triv : True := by triv
theorem by_both (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
  both exact hp and exact hq
theorem by_wrong (p q : Prop) (hp : p) : p ∧ q := by
  both exact hp and exact hp

#check twice! answer
#eval (twice! answer).1
macro "#define " n:ident t:term : command => `(def $n := $t)
#define ten 10
#print ten
syntax "no_rules" : term
#check no_rules
