structure Point where
  x : Nat
  y : Nat := 0
deriving Repr, BEq, DecidableEq

#eval ({ x := 1 } : Point)
#eval ({ x := 1 } : Point) == { x := 1, y := 0 }
#print Point
instance : Add Point := ⟨fun a b => { x := a.x + b.x, y := a.y + b.y }⟩
example (a b : Point) : (a + b).x = a.x + b.x := rfl
class Group' (G : Type) where
  mul : G → G → G
  one : G
  one_mul : ∀ a, mul one a = a
theorem x [Group' G] (a : G) : Group'.mul Group'.one a = a := Group'.one_mul a
public structure Pair (α : Type u) where
  fst : α
  snd : α
deriving Inhabited
#print Pair
#check Pair.mk 1 2
example : (Pair.mk 1 2).snd = 2 := rfl
