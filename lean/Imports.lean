/-
The shim: the part of a lean-worker child that is written in Lean.

`lean --load-dynlib=PLUGIN --run SHIM` elaborates it and runs `main`, which
answers the parent's requests until there are no more. The files of this folder
are joined into one in the order that `lean/join` gives, because the embedded
toolchain has no compiled code for a module of ours: it must see the whole
source at each start.

That toolchain also has only the exported half of Lean's library. A function
that Lean would inline or specialise from a body that is not there cannot be
used ("Unknown constant `…._redArg`" or "`_private.…`"); lists are friendlier
than arrays in this respect, so arrays become lists wherever we walk them.
-/
module
public import Lean.Elab.Frontend
open Lean Elab
