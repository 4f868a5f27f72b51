/-
Compat: what differs between versions of Lean, and small functions that the
library has but that the embedded toolchain cannot compile.
-/
namespace LeanWorker.Compat

/-- The input of the parser. Lean reads files with CRLF turned into LF. -/
def inputContext (source label : String) : Parser.InputContext :=
  let text := source.crlfToLf
  .mk' text label (FileMap.ofString text) text.rawEndPos (by simp)

/-- Where a byte offset is: line from 1, column from 0 in code points. -/
def position (input : Parser.InputContext) (offset : String.Pos.Raw) : Position :=
  input.fileMap.toPosition offset

/--
Import as `lean FILE` does, which also decides how much of each module is
loaded. An import that fails is reported in the message log.
-/
def importHeader (imports : Array Import) (isModule : Bool) (options : Options) :
    IO (Environment × MessageLog) :=
  processHeaderCore 0 imports isModule options {} (inputContext "" "")
    (leakEnv := true) (mainModule := `_stdin)

/-- A new token that interrupts whoever holds it, once it is set. -/
def newToken : BaseIO IO.CancelToken := IO.CancelToken.new

/-- The longest prefix of at most `limit` bytes that is text. -/
partial def takeBytes (text : String) (limit : Nat) : String :=
  if text.utf8ByteSize ≤ limit then text
  else if (String.Pos.Raw.mk limit).isValid text then
    String.Pos.Raw.extract text 0 ⟨limit⟩
  else takeBytes text (limit - 1)

/-! Lists, as far as the library's own functions cannot be had. -/

def anyOf (test : α → Bool) : List α → Bool
  | [] => false
  | item :: rest => test item || anyOf test rest

def find? (test : α → Bool) : List α → Option α
  | [] => none
  | item :: rest => if test item then some item else find? test rest

def map (f : α → β) : List α → List β
  | [] => []
  | item :: rest => f item :: map f rest

def reverseOnto : List α → List α → List α
  | [], result => result
  | item :: rest, result => reverseOnto rest (item :: result)

def append (first second : List α) : List α :=
  reverseOnto (reverseOnto first []) second

/-- A copy without the later ones of equal members. -/
def distinct (items : List String) : List String :=
  go items []
where
  go : List String → List String → List String
    | [], seen => reverseOnto seen []
    | item :: rest, seen => go rest (if anyOf (fun s => s == item) seen then seen else item :: seen)

/-- The members of a persistent array, in order. -/
partial def members (items : PersistentArray α) : List α :=
  append (ofNode items.root) items.tail.toList
where
  ofNode : PersistentArrayNode α → List α
    | .leaf items => items.toList
    | .node nodes => ofNodes nodes.toList
  ofNodes : List (PersistentArrayNode α) → List α
    | [] => []
    | node :: rest => append (ofNode node) (ofNodes rest)

/-- The declarations that were added since the imports. -/
partial def newConstants (env : Environment) : List ConstantInfo :=
  ofNode env.constants.map₂.root []
where
  ofNode (node : PersistentHashMap.Node Name ConstantInfo) (found : List ConstantInfo) :
      List ConstantInfo :=
    match node with
    | .entries entries => ofEntries entries.toList found
    | .collision _ constants _ => append constants.toList found
  ofEntries : List (PersistentHashMap.Entry Name ConstantInfo _) → List ConstantInfo →
      List ConstantInfo
    | [], found => found
    | .null :: rest, found => ofEntries rest found
    | .entry _ constant :: rest, found => ofEntries rest (constant :: found)
    | .ref node :: rest, found => ofEntries rest (ofNode node found)

/-- How many modules are loaded. -/
def moduleCount (env : Environment) : Nat :=
  env.header.moduleData.size

/--
What `lean FILE` adds to the options. Proofs are elaborated in tasks of their
own: where Lean places some messages depends on it.
-/
def commandLineOptions (options : Options) : Options :=
  let options := if options.contains `Elab.async then options
    else options.insert `Elab.async (.ofBool true)
  options.insert `internal.cmdlineSnapshots (.ofBool true)

/--
The name of the module that `lean FILE` would take the file for: after its place
below the working directory.
-/
def mainModuleName (label : String) : BaseIO Name := do
  match ← (moduleNameOfFileName label none).toBaseIO with
  | .ok name => return name
  | .error _ => return `_stdin

/-- After so many errors `lean FILE` stops; 0: never. A file cannot change it. -/
def maxErrors (options : Options) : Nat :=
  Lean.Option.get options { name := `maxErrors, defValue := 100 : Lean.Option Nat }

end LeanWorker.Compat
