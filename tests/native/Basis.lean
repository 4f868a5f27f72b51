prelude
/-!
Basis: what Lean's elaborator and code generator ask for by name, in the order
in which they ask. The native runtime of the tests comes without a library, so
there is nothing to import; each declaration here stands for the one of the same
name in Lean's own library, and has its layout. What is not asked for is not
here. The files of this folder are joined in the order Basis, Runtime, Exports,
Serve.
-/
set_option bootstrap.inductiveCheckResultingUniverse false
set_option linter.all false

unsafe axiom lcAny : Type
unsafe axiom lcErased : Type
inductive PUnit : Sort u where | unit : PUnit
abbrev Unit : Type := PUnit
@[match_pattern] abbrev Unit.unit : Unit := PUnit.unit
@[inline] def id {α : Sort u} (a : α) : α := a

/-! Equality, for the first `structure` -/

inductive Eq : α → α → Prop where | refl (a : α) : Eq a a
abbrev Eq.ndrec.{m, s} {α : Sort s} {a : α} {motive : α → Sort m}
    (x : motive a) {b : α} (h : Eq a b) : motive b :=
  Eq.rec (motive := fun y _ => motive y) x h
inductive HEq : {α : Sort u} → α → {β : Sort u} → β → Prop where | refl (a : α) : HEq a a
@[macro_inline] def cast {α β : Sort u} (h : Eq α β) (a : α) : β :=
  Eq.rec (motive := fun γ _ => γ) a h
theorem eq_of_heq {α : Sort u} {a b : α} (h : HEq a b) : Eq a b :=
  have k : (β : Sort u) → (c : β) → HEq a c → (t : Eq α β) → Eq (cast t a) c :=
    fun _ _ g => HEq.rec (motive := fun {β} (c : β) _ => (t : Eq α β) → Eq (cast t a) c)
      (fun _ => Eq.refl a) g
  k α b h (Eq.refl α)
theorem heq_of_eq {α : Sort u} {a b : α} (h : Eq a b) : HEq a b :=
  Eq.ndrec (motive := fun x => HEq a x) (HEq.refl a) h
structure PProd (α : Sort u) (β : Sort v) where
  fst : α
  snd : β

/-! Data -/

inductive Bool : Type where | false | true
-- Else `Nat` asks for more of the library.
set_option genCtorIdx false
inductive Nat where | zero : Nat | succ (n : Nat) : Nat
class inductive Nonempty (α : Sort u) : Prop where | intro (val : α) : Nonempty α
inductive List (α : Type u) where | nil : List α | cons (head : α) (tail : List α) : List α
inductive Option (α : Type u) where | none : Option α | some (val : α) : Option α
inductive Except (ε : Type u) (α : Type v) where
  | error : ε → Except ε α
  | ok : α → Except ε α
structure Prod (α : Type u) (β : Type v) where
  fst : α
  snd : β
/-! The code generator knows these by their names, and cares for no shape. -/
structure String where
  mk :: rep : List Nat
structure UInt8 where
  mk :: rep : Nat
structure UInt32 where
  mk :: rep : Nat
structure USize where
  mk :: rep : Nat
structure Array (α : Type u) where
  mk :: asList : List α
class OfNat (α : Type u) (n : Nat) where
  ofNat : α
instance instOfNatNat (n : Nat) : OfNat Nat n := OfNat.mk n

/-! IO: the token of the world is known by its type, which must be made so. -/

unsafe axiom lcVoid : Type
structure Subtype {α : Sort u} (p : α → Prop) where
  val : α
  property : p val
axiom IO.RealWorld : Type
axiom Void.nonemptyType (σ : Type) : Subtype fun α : Type => Nonempty α
def Void (σ : Type) : Type := (Void.nonemptyType σ).val
inductive EST.Out (ε : Type) (σ : Type) (α : Type) : Type where
  | ok : α → Void σ → EST.Out ε σ α
  | error : ε → Void σ → EST.Out ε σ α
def EST (ε : Type) (σ : Type) (α : Type) : Type := Void σ → EST.Out ε σ α
abbrev EIO (ε α : Type) : Type := EST ε IO.RealWorld α
structure ST.Out (σ : Type) (α : Type) : Type where
  val : α
  state : Void σ
def ST (σ : Type) (α : Type) : Type := Void σ → ST.Out σ α
abbrev BaseIO (α : Type) : Type := ST IO.RealWorld α
axiom IO.Error : Type
abbrev IO : Type → Type := EIO IO.Error

namespace IO

@[inline] def pure {α : Type} (a : α) : IO α := fun w => EST.Out.ok a w
@[inline] def bind {α β : Type} (x : IO α) (f : α → IO β) : IO β := fun w =>
  match x w with
  | EST.Out.ok a w => f a w
  | EST.Out.error e w => EST.Out.error e w
@[inline] def lift {α : Type} (x : BaseIO α) : IO α := fun w =>
  match x w with
  | ST.Out.mk a w => EST.Out.ok a w
@[inline] def recover {α : Type} (x : IO α) (handler : IO.Error → BaseIO α) : BaseIO α := fun w =>
  match x w with
  | EST.Out.ok a w => ST.Out.mk a w
  | EST.Out.error e w => handler e w

end IO

@[inline] def BaseIO.pure {α : Type} (a : α) : BaseIO α := fun w => ST.Out.mk a w
@[inline] def BaseIO.bind {α β : Type} (x : BaseIO α) (f : α → BaseIO β) : BaseIO β := fun w =>
  match x w with
  | ST.Out.mk a w => f a w

