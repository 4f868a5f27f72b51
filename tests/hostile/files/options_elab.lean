import Lean
open Lean Elab Command
elab "#options" : command => do
  modify fun s => { s with
    scopes := [{ header := "", opts := ({} : Options).insert `maxRecDepth (.ofNat 3) }] }
#options
