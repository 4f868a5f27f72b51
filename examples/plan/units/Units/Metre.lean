structure Units.Metre where
  count : Nat
