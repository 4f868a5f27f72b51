structure Wrapped where
  val : Nat

instance : Coe Wrapped Nat := ⟨Wrapped.val⟩
instance : OfNat Wrapped n := ⟨⟨n⟩⟩
instance : CoeFun Wrapped fun _ => Nat → Nat := ⟨fun w n => w.val + n⟩

def asNat (w : Wrapped) : Nat := w
theorem five : asNat 5 = 5 := rfl
theorem applied : (5 : Wrapped) 3 = 8 := rfl
#check (fun (w : Wrapped) => (w : Nat))
def asString (w : Wrapped) : String := w
example (i : Int) : Nat := i
example (n : Nat) : Int := n
