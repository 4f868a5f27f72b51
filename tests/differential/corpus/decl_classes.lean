class Shape (α : Type u) where
  area : α → Nat
  name : String := "shape"

structure Square where
  side : Nat

instance : Shape Square where
  area s := s.side * s.side

def describe [Shape α] (a : α) : String × Nat := (Shape.name α, Shape.area a)

theorem square_area : Shape.area (Square.mk 3) = 9 := rfl

class Semi (α : Type) extends Mul α where
  assoc : ∀ a b c : α, a * b * c = a * (b * c)

instance : Semi Nat := ⟨Nat.mul_assoc⟩

#check Shape.area true
instance : Shape Bool := {}
#synth Shape Square
#synth Shape String
