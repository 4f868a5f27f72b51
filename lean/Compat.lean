/-
Compat: what differs between versions of Lean, and small functions that the
library has but that the embedded toolchain cannot compile.
-/
namespace LeanWorker.Compat

/-! Lists, as far as the library's own functions cannot be had. -/

def isEmpty : List α → Bool
  | [] => true
  | _ => false

def anyOf (test : α → Bool) : List α → Bool
  | [] => false
  | item :: rest => test item || anyOf test rest

def find? (test : α → Bool) : List α → Option α
  | [] => none
  | item :: rest => if test item then some item else find? test rest

def reverseOnto : List α → List α → List α
  | [], result => result
  | item :: rest, result => reverseOnto rest (item :: result)

def map (f : α → β) (items : List α) : List β :=
  go items []
where
  go : List α → List β → List β
    | [], done => reverseOnto done []
    | item :: rest, done => go rest (f item :: done)

def append (first second : List α) : List α :=
  reverseOnto (reverseOnto first []) second

def filter (test : α → Bool) (items : List α) : List α :=
  go items []
where
  go : List α → List α → List α
    | [], kept => reverseOnto kept []
    | item :: rest, kept => go rest (if test item then item :: kept else kept)

/-- In an order; names are unique, so equal members may change places. -/
partial def mergeSort (less : α → α → Bool) : List α → List α
  | [] => []
  | [item] => [item]
  | items =>
    let (first, second) := deal items [] []
    merge (mergeSort less first) (mergeSort less second) []
where
  deal : List α → List α → List α → List α × List α
    | [], first, second => (reverseOnto first [], reverseOnto second [])
    | item :: rest, first, second => deal rest second (item :: first)
  merge : List α → List α → List α → List α
    | [], rest, done => reverseOnto done rest
    | rest, [], done => reverseOnto done rest
    | a :: first, b :: second, done =>
      if less b a then merge (a :: first) second (b :: done)
      else merge first (b :: second) (a :: done)

/-- A copy without the later ones of equal members. -/
def distinct (items : List String) : List String :=
  go items []
where
  go : List String → List String → List String
    | [], seen => reverseOnto seen []
    | item :: rest, seen => go rest (if anyOf (fun s => s == item) seen then seen else item :: seen)

/-! Lean -/

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

/--
Give a declaration to the kernel. Since 4.33 its recursion has a limit of its
own, which stands before the declaration.
-/
def addToKernel (env : Kernel.Environment) (heartbeats : USize) (declaration : Declaration)
    (token? : Option IO.CancelToken) : Except Kernel.Exception Kernel.Environment := by
  first
  | exact env.addDeclCore heartbeats declaration token?
  | exact env.addDeclCore heartbeats defaultMaxRecDepth.toUSize declaration token?

/-!
Whether a module's file is mapped, and its size in bytes. 4.35 does not export
what says so; where one of the two is not there, the size is 0: not known.
-/

def regionIsMapped (region : CompactedRegion) : Bool := by
  first
  | exact region.isMemoryMapped
  | exact false

def regionSize (region : CompactedRegion) : Nat := by
  first
  | exact let _ := region.isMemoryMapped; region.size.toNat
  | exact 0

/-- A new token that interrupts whoever holds it, once it is set. -/
def newToken : BaseIO IO.CancelToken := IO.CancelToken.new

/-- The longest prefix of at most `limit` bytes that is text. -/
partial def takeBytes (text : String) (limit : Nat) : String :=
  if text.utf8ByteSize ≤ limit then text
  else if (String.Pos.Raw.mk limit).isValid text then
    String.Pos.Raw.extract text 0 ⟨limit⟩
  else takeBytes text (limit - 1)

/-- How a parser names the token that it did not expect. -/
def unexpectedText : Syntax → String
  | .ident .. => "unexpected identifier"
  | .atom _ text => s!"unexpected token '{text}'"
  | _ => "unexpected token"

/-- What a parser found wrong, as messages. -/
def parserErrors (input : Parser.InputContext) (s : Parser.ParserState) : List Message :=
  map message s.allErrors.toList
where
  message : String.Pos.Raw × Parser.SyntaxStack × Parser.Error → Message
    | (offset, _, e) =>
      let start := e.unexpectedTk.getPos?.getD offset
      let e := if e.unexpectedTk.isMissing then e
        else { e with unexpected := unexpectedText e.unexpectedTk }
      { fileName := input.fileName, pos := position input start
        endPos := (e.unexpectedTk.getTailPos?).map (position input), keepFullRange := true
        data := e.toString }

/-- Universes that were left open get names, as in `#check`. -/
def nameUniverses (e : Expr) : MetaM Expr := do
  let result := (← getMCtx).levelMVarToParam (fun _ => false) (fun _ => false) e `u 1
  setMCtx result.mctx
  return result.expr

/-- What is `scoped` in a namespace becomes known, as after `open scoped`. -/
def activateScoped (env : Environment) (space : Name) : BaseIO Environment := do
  let names := Syntax.node .none nullKind #[(mkIdent space).raw]
  let stx := Syntax.node .none ``Parser.Command.open #[.atom .none "open",
    .node .none ``Parser.Command.openScoped #[.atom .none "scoped", names]]
  let ref ← IO.mkRef (Command.mkState env)
  let _ ← (Command.elabCommand stx {
    fileName := "", fileMap := FileMap.ofString "", snap? := none, cancelTk? := none } ref).toBaseIO
  return (← ref.get).env

/-- The part of a text from one byte offset to another. -/
def slice (text : String) (start stop : String.Pos.Raw) : String :=
  String.Pos.Raw.extract text start stop

def atEnd (text : String) (at_ : String.Pos.Raw) : Bool :=
  at_.byteIdx ≥ text.utf8ByteSize

/-- The number that a text is, where it is digits alone; `n` is what stands before it. -/
partial def digits? (text : String) (at_ : String.Pos.Raw) (n : Nat) : Option Nat :=
  if atEnd text at_ then some n
  else
    let c := String.Pos.Raw.get text at_
    if '0' ≤ c && c ≤ '9' then
      digits? text (String.Pos.Raw.next text at_) (10 * n + (c.toNat - '0'.toNat))
    else none

/-- The offset of the next such letter, or the end. -/
partial def seek (text : String) (wanted : Char) (at_ : String.Pos.Raw) : String.Pos.Raw :=
  if atEnd text at_ || String.Pos.Raw.get text at_ == wanted then at_
  else seek text wanted (String.Pos.Raw.next text at_)

/--
The name that Lean writes so. Parts in «» are taken as they are, digits alone
are a number, and anything else may stand between dots, since Lean writes names
of its own making without «». None: it is no name.
-/
partial def nameOfText? (text : String) : Option Name :=
  part .anonymous 0
where
  part (outer : Name) (start : String.Pos.Raw) : Option Name :=
    if String.Pos.Raw.get text start == '«' && !atEnd text start then
      let start := String.Pos.Raw.next text start
      let stop := seek text '»' start
      if atEnd text stop then none
      else more (.str outer (slice text start stop)) (String.Pos.Raw.next text stop)
    else
      let stop := seek text '.' start
      if stop == start then none
      else
        let word := slice text start stop
        match digits? word 0 0 with
        | some n => more (.num outer n) stop
        | none => more (.str outer word) stop
  more (outer : Name) (at_ : String.Pos.Raw) : Option Name :=
    if atEnd text at_ then some outer
    else if String.Pos.Raw.get text at_ == '.' then part outer (String.Pos.Raw.next text at_)
    else none

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

/-- And of these the ones that another environment has not. -/
def constantsSince (base env : Environment) : List ConstantInfo :=
  filter (fun c => !base.contains c.name) (newConstants env)

/-- Its place in the list of modules, where there is one of this name. -/
def moduleOf? (env : Environment) (name : Name) : Option Nat :=
  (env.getModuleIdxFor? name).map (·.toNat)

def hasModule (env : Environment) (name : Name) : Bool :=
  (env.getModuleIdx? name).isSome

def moduleName (env : Environment) (i : Nat) : Name :=
  match env.header.moduleNames[i]? with
  | some name => name
  | none => .anonymous

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
