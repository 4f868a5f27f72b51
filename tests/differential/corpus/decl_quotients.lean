def sameParity : Setoid Nat where
  r a b := a % 2 = b % 2
  iseqv := ⟨fun _ => rfl, fun h => h.symm, fun h₁ h₂ => h₁.trans h₂⟩

def Parity := Quotient sameParity

theorem two_is_zero : (Quotient.mk sameParity 2 : Parity) = Quotient.mk sameParity 0 :=
  Quotient.sound rfl

theorem one_is_zero : (Quotient.mk sameParity 1 : Parity) = Quotient.mk sameParity 0 :=
  Quotient.sound rfl

def isEven : Parity → Bool :=
  Quotient.lift (fun n => n % 2 == 0) (fun a b h => by
    have : a % 2 = b % 2 := h
    simp [this])
