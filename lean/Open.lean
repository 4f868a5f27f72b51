/-
Open: OPEN_SESSION. Imports first, then the sources: modules that come as text.
They are elaborated one after the other into one environment, because Lean's
interpreter has code for what it has elaborated, and on the embedded toolchain
for nothing that is imported.
-/
namespace LeanWorker

/-! ### Reading the headers of sources -/

/-- Lists that are not of one length make no sources. -/
def sourcesOf : List String → List String → List String → List Source
  | module :: modules, label :: labels, text :: texts =>
    { module, label := if label.isEmpty then module else label, text } ::
      sourcesOf modules labels texts
  | _, _, _ => []

/-- A source whose header has been read. -/
structure Reading where
  module : Name
  input : Parser.InputContext
  /-- Where its first command begins. -/
  body : Parser.ModuleParserState
  /-- Where its header does: errors of imports are reported there. -/
  start : Position
  imports : List Import
  /-- It begins with `module`, and says itself what is public. -/
  isModule : Bool
  /-- The library for authors of exports, which comes first. -/
  isLibrary : Bool := false

def Reading.fail (label : String) (at_ : Position) (detail : String) : Answer :=
  failed .import s!"{label}:{at_.line}:{at_.column}: {detail}"

def Source.read (source : Source) : IO (Except Answer Reading) := do
  let some module := Syntax.decodeNameLit ("`" ++ source.module)
    | return .error (failed .import s!"`{source.module}` is no name of a module")
  let input := Compat.inputContext source.text source.label
  let (stx, body, log) ← Parser.parseHeader input
  if let some m := firstError? log then
    return .error (Reading.fail source.label m.pos (← m.data.toString))
  return .ok {
    module, input, body, isModule := HeaderSyntax.isModule stx, imports := (HeaderSyntax.imports stx).toList
    start := Compat.position input (stx.raw.getPos?.getD 0) }

def readSources : List Source → IO (Except Answer (List Reading))
  | [] => return .ok []
  | source :: rest => do
    match ← source.read with
    | .error answer => return .error answer
    | .ok reading =>
      match ← readSources rest with
      | .error answer => return .error answer
      | .ok readings => return .ok (reading :: readings)

/-! ### What has to be imported -/

def libraryModule : Name := `LeanWorker

def librarySource : Source :=
  { module := "LeanWorker", label := "LeanWorker.lean", text := libraryText }

def isAmong (name : Name) (names : List Name) : Bool :=
  Compat.anyOf (· == name) names

def modulesOf (readings : List Reading) : List Name :=
  Compat.map (·.module) readings

/--
A source may only import sources before it: the first that does not, or is there
twice, as the answer to send.
-/
def misplaced? (before : List Name) : List Reading → Option Answer
  | [] => none
  | r :: rest =>
    if isAmong r.module before then
      some (failed .import s!"there are two sources of the name `{r.module.toString}`")
    else
      let later := r.module :: modulesOf rest
      match Compat.find? (fun i => isAmong i.module later) r.imports with
      | none => misplaced? (r.module :: before) rest
      | some i => some <| Reading.fail r.input.fileName r.start <|
        s!"the source `{r.module.toString}` imports `{i.module.toString}`, " ++
          (if i.module == r.module then "which is itself" else "which must be given before it")

/-- Imports that no source satisfies, in the form of a session without modules. -/
def importsOfReadings (asModule : Bool) (sources : List Name) : List Reading → List String
  | [] => []
  | r :: rest =>
    Compat.append (texts r.imports) (importsOfReadings asModule sources rest)
where
  texts : List Import → List String
    | [] => []
    | i :: rest =>
      let plain := { module := i.module : Import }
      if isAmong i.module sources then texts rest
      else importText (if asModule then i else plain) :: texts rest

/-- Imports of the request, without those that a source satisfies. -/
def importsOfRequest (sources : List Name) : List String → List String
  | [] => []
  | text :: rest =>
    let others := importsOfRequest sources rest
    match importOfText? text with
    | some i => if isAmong i.module sources then others else text :: others
    | none => text :: others

/-- Does a compiled library lie in the search path, with code that can run? -/
def hasCompiledLibrary (searchPath : SearchPath) : IO Bool := do
  if mentions System.Platform.target "wasm" then return false
  return (← searchPath.findModuleWithExt "olean" libraryModule).isSome

/-- The library's text stands before the sources where anything imports it. -/
def wantsLibrary (r : SessionRequest) (readings : List Reading) : Bool :=
  !isAmong libraryModule (modulesOf readings) &&
    (Compat.anyOf importsIt readings || Compat.anyOf namesIt r.imports)
where
  importsIt (r : Reading) : Bool := Compat.anyOf (·.module == libraryModule) r.imports
  namesIt (text : String) : Bool :=
    match importOfText? text with
    | some i => i.module == libraryModule
    | none => false

/-! ### Elaborating sources -/

/-- One command that is not in the source's own text. -/
def Check.runText (c : Check) (state : Command.State) (text : String) :
    BaseIO Command.State := do
  let scope := currentScope state
  let input := Compat.inputContext text c.input.fileName
  let (stx, _, _) := Parser.parseCommand input
    { env := state.env, options := scope.opts, currNamespace := scope.currNamespace
      openDecls := scope.openDecls } {} {}
  let c := { c with input }
  c.runCommand state 0 stx

/-- End what the source has left open, and the section around it. -/
partial def Check.close (c : Check) (state : Command.State) : BaseIO Command.State := do
  match state.scopes with
  | [] | [_] => return state
  | scope :: outer =>
    let closed ← c.runText state ("end " ++ scope.header)
    match closed.scopes, outer with
    | _ :: _ :: _, _ => c.close closed
    | _, _ => return closed

/--
The embedded toolchain takes all files for modules, in which nothing is public
that does not say so; in a file of the old kind everything is.
-/
def Reading.opening (r : Reading) (env : Environment) : String :=
  if env.header.isModule && !r.isModule then "public section" else "section"

/--
A source in a section of its own, so that what it opens and sets does not reach
the next one. Proofs are elaborated where they stand, in this thread.
-/
def Check.runReading (c : Check) (env : Environment) (options : Options) (r : Reading) :
    BaseIO Environment := do
  let options := options.insert `Elab.async (.ofBool false)
  let state := Command.mkState (env.setMainModule r.module) {} options
  let state ← c.runText state (r.opening env)
  let lines := (Compat.position r.input r.input.endPos).line
  let state ← c.runCommands lines r.body state
  let state ← c.close state
  return state.env

/--
The library costs two or three seconds, so it is elaborated once for the same
imports; the options of a session are not for it.
-/
def Check.runLibrary (c : Check) (imported : Imported) (r : Reading) : BaseIO Environment := do
  if let some env ← imported.withLibrary.get then return env
  let env ← c.runReading imported.env {} r
  if (← c.tally.get).firstError.isNone && !(← c.token.isSet) then
    imported.withLibrary.set (some env)
  return env

/--
What `initialize` declares has its value when a module is imported. A source is
not, and code that asks for the value would end the process.
-/
def initialized? (env : Environment) : List ConstantInfo → Option Name
  | [] => none
  | constant :: rest =>
    match getInitFnNameFor? env constant.name with
    | some _ => some constant.name
    | none => initialized? env rest

def initializedAnswer (name : Name) : Answer :=
  failed .import <| s!"`{name.toString}` is declared by `initialize`, which runs when a module " ++
    "is imported: a source is not"

/-- Or the answer, where a source has an error or a cancel came. -/
def elaborateReadings (c : Check) (session : Session) (env : Environment) :
    List Reading → BaseIO (Except Answer Environment)
  | [] => return .ok env
  | r :: rest => do
    let c := { c with input := r.input }
    let env ← if r.isLibrary then c.runLibrary session.imported r
      else c.runReading env session.options r
    if ← c.token.isSet then return .error (failed .cancelled "cancelled")
    match (← c.tally.get).firstError with
    | some m => return .error (Reading.fail r.input.fileName m.pos (← m.data.toString))
    | none => elaborateReadings c session env rest

/-! ### The request -/

def sessionOpened (server : Server) (s : Session) (reused : Bool) (elapsed heapBefore : Nat) :
    BaseIO Answer := do
  let heapAfter ← Plugin.heapKib server.secret
  return {
    message := "SESSION_OPENED"
    numbers := #[s.number, flag reused, Compat.moduleCount s.env, elapsed, heapBefore, heapAfter,
      s.imported.mappedBytes / 1024, s.imported.privateBytes / 1024, flag s.imported.preloaded]
    texts := #[] }

/--
With less than half a gigabyte left of the two that the embedded toolchain can
address, an import may fail in Lean's own code in ways that nobody checks for,
and leave a process that cannot be trusted.
-/
def heapLimitKib : Nat := 1536 * 1024

/-- The folders of the request come before the toolchain's, as in `LEAN_PATH`. -/
def SessionRequest.folders (r : SessionRequest) (basis : Basis) : SearchPath :=
  Compat.map System.FilePath.mk <| Compat.distinct <|
    Compat.append r.searchPath (Compat.map (·.toString) basis.searchPath)

/-- The sources with the library before them where it is wanted, and the imports. -/
def SessionRequest.plan (r : SessionRequest) (searchPath : SearchPath) :
    IO (Except Answer (List Reading × List String)) := do
  let readings ← match ← readSources r.sources with
    | .error answer => return .error answer
    | .ok readings => pure readings
  let readings ← if !wantsLibrary r readings || (← hasCompiledLibrary searchPath) then
      pure readings
    else match ← librarySource.read with
      | .error answer => return .error answer
      | .ok library => pure ({ library with isLibrary := true } :: readings)
  if let some answer := misplaced? [] readings then return .error answer
  let modules := modulesOf readings
  return .ok (readings, Compat.distinct <|
    Compat.append (importsOfRequest modules r.imports)
      (importsOfReadings r.isModule modules readings))

/-- The session without what its namespaces open. -/
def Session.elaborate (session : Session) (server : Server) (readings : List Reading)
    (diagnosticBytes : Nat) : IO (Except Answer Session) := do
  if let [] := readings then return .ok session
  session.enter
  let room := (← Plugin.frameLimit server.secret) - 4096
  let tally ← IO.mkRef { bytesLeft := min diagnosticBytes room : Tally }
  let c : Check := {
    server, tally, maxErrors := Compat.maxErrors session.options
    token := ← server.beginCancellable
    input := Compat.inputContext "" "", distrustWarnings := false }
  match ← elaborateReadings c session session.env readings with
  | .error answer => return .error answer
  | .ok env =>
    match initialized? env (Compat.newConstants env) with
    | some name => return .error (initializedAnswer name)
    | none => return .ok { session with env }

def Session.openNamespaces (session : Session) (texts : List String) :
    BaseIO (Except Answer Session) := do
  match namesOfTexts texts with
  | .error e => return .error (failed .badOption e)
  | .ok namespaces =>
    match ← LeanWorker.openNamespaces session.env session.options namespaces with
    | .error e => return .error (failed .badOption e)
    | .ok (env, openDecls) => return .ok { session with env, namespaces, openDecls }

def SessionRequest.open (r : SessionRequest) (server : Server) (surroundings : Surroundings)
    (known : List Session) (basis : Basis) : IO (Except Answer Session) := do
  let searchPath := r.folders basis
  let (readings, imports) ← match ← r.plan searchPath with
    | .error answer => return .error answer
    | .ok plan => pure plan
  let imported ← match ← (r.imported imports searchPath basis known).toBaseIO with
    | .error e => return .error (failed .import e.toString)
    | .ok (.error answer) => return .error answer
    | .ok (.ok imported) => pure imported
  match ← (parseOptions {} r.options).toBaseIO with
  | .error e => return .error (failed .badOption e.toString)
  | .ok options =>
    let number := match known with
      | [] => 1
      | newest :: _ => newest.number + 1
    let session : Session := {
      number, identity := r.identity, imported, env := imported.env, options, searchPath
      namespaces := [], openDecls := []
      header := { isModule := r.isModule, isPrelude := false, imports := r.imports } }
    match ← try session.elaborate server readings r.diagnosticBytes
        finally surroundings.restore with
    | .error answer => return .error answer
    | .ok session => session.openNamespaces r.namespaces

def openSession (server : Server) (surroundings : Surroundings) (sessions : Sessions)
    (basis : Basis) (r : SessionRequest) : IO Answer := do
  let heapBefore ← Plugin.heapKib server.secret
  let known ← sessions.get
  if let some s := Compat.find? (·.identity == r.identity) known then
    return ← sessionOpened server s true 0 heapBefore
  if heapBefore > heapLimitKib then
    return failed .internal "no room for another session: this process has used up its memory"
  let (elapsed, result) ← timed (r.open server surroundings known basis).toBaseIO
  match result with
  | .error e => return failed .internal e.toString
  | .ok (.error answer) => return answer
  | .ok (.ok s) =>
    sessions.modify (s :: ·)
    sessionOpened server s false elapsed heapBefore

end LeanWorker
