import Lean
open Lean Elab Command
elab "#options" : command => do
  modifyScope fun s => { s with opts := s.opts.insert `maxRecDepth (.ofNat 3) }
#options
