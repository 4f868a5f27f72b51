structure Point where
  x : Int
  y : Int := 0
  deriving Repr, BEq, DecidableEq

structure Point3 extends Point where
  z : Int

def origin : Point3 := { x := 0, z := 0 }

theorem origin_y : origin.y = 0 := rfl

#check ({ x := 1, y := 2 } : Point)
#check { origin with x := 5 }
#eval (⟨1, 2⟩ : Point) == ⟨1, 2⟩

example : Point := { y := 3 }
example : Point := { x := 1, w := 3 }
example : Point := { x := true }

structure Loop where
  next : Loop
