/-
Check: CHECK, and what all that elaborates has in common with it. A file is
elaborated command by command, as `lean FILE` does it, always from the session's
clean environment. Messages go out as soon as their command is done; CHECKED at
the end is the mark without which nothing is ok.
-/
namespace LeanWorker

/-- What has been counted so far in a check. -/
structure Tally where
  commands : Nat := 0
  errors : Nat := 0
  warnings : Nat := 0
  hasSorry : Bool := false
  truncated : Bool := false
  /-- There were too many errors: the rest of the file is not looked at. -/
  stopped : Bool := false
  elapsed : Nat := 0
  firstError : Option Message := none
  /-- Bytes of messages that may still be sent. -/
  bytesLeft : Nat

/-- A check in progress. -/
structure Check where
  server : Server
  input : Parser.InputContext
  token : IO.CancelToken
  tally : IO.Ref Tally
  /-- How many errors are enough; 0: none. -/
  maxErrors : Nat
  /-- The file speaks of `warn.sorry`, so Lean's warnings may be off. -/
  distrustWarnings : Bool
  /-- Messages are counted, and not sent. -/
  quiet : Bool := false

/-! ### Messages -/

/-- The text as Lean prints it. -/
def messageText (m : Message) : BaseIO String := do
  let text ← m.data.toString
  return if m.caption.isEmpty then text else m.caption ++ ":\n" ++ text

def kindText (kind : Name) : String :=
  if kind.isAnonymous then "" else kind.toString

/-- Send as much of a message as the limit allows, and nothing behind a cut one. -/
def Check.send (c : Check) (m : Message) : BaseIO Unit := do
  let text ← messageText m
  let bytesLeft := (← c.tally.get).bytesLeft
  let whole := text.utf8ByteSize ≤ bytesLeft
  let text := if whole then text else Compat.takeBytes text bytesLeft
  c.tally.modify fun t =>
    if whole then { t with bytesLeft := bytesLeft - text.utf8ByteSize }
    else { t with bytesLeft := 0, truncated := true }
  if whole || bytesLeft > 0 then
    let (endLine, endColumn) := match m.endPos with
      | some p => (p.line, p.column)
      | none => (0, 0)
    Plugin.send c.server.secret "DIAGNOSTIC"
      #[severityCode m.severity, m.pos.line, m.pos.column, endLine, endColumn]
      #[kindText m.kind, text]

/-- The file name that tells messages about an expected type from others. -/
def expectedTypeLabel : String := "<expected type>"

/-- Of a message about the expected type the place is not in the source. -/
def inSource (m : Message) : Message :=
  if m.fileName == expectedTypeLabel then
    { m with pos := ⟨0, 0⟩, endPos := none, caption := "expected type" }
  else m

def tooManyErrors (limit : Nat) : String :=
  s!"maximum number of errors ({limit}; from option `maxErrors`) reached, exiting"

/--
Count a message, and send it unless it is one that Lean does not show. The one
error too many is replaced, and is the last, as in `lean FILE`.
-/
def Check.report (c : Check) (m : Message) : BaseIO Unit := do
  let t ← c.tally.get
  if t.stopped then return
  let enough := c.maxErrors != 0 && t.errors == c.maxErrors && m.severity == .error
  let m := inSource (if enough then { m with data := tooManyErrors c.maxErrors } else m)
  c.tally.set { t with stopped := enough }
  c.tally.modify fun t => match m.severity with
    | .error => { t with errors := t.errors + 1, firstError := t.firstError <|> some m }
    | .warning => { t with warnings := t.warnings + 1 }
    | .information => t
  if m.data.hasTag (· == `hasSorry) then
    c.tally.modify fun t => { t with hasSorry := true }
  unless m.isSilent || c.quiet do c.send m

def Check.reportLog (c : Check) (log : MessageLog) : BaseIO Unit := do
  for m in log.toArray.toList do
    c.report m

def Check.message (c : Check) (severity : MessageSeverity) (at_ : String.Pos.Raw) (text : String) :
    Message :=
  { fileName := c.input.fileName, pos := Compat.position c.input at_, severity, data := text }

/--
Messages of the work that a command left to tasks, such as a theorem's proof.
Waits for each, with its own token in reach of a cancel.
-/
partial def Check.reportTasks (c : Check)
    (tasks : List (Language.SnapshotTask Language.SnapshotTree)) : BaseIO Unit := do
  for task in tasks do
    if let some token := task.cancelTk? then c.server.watch token
  for task in tasks do
    let tree := task.task.get
    c.reportLog tree.element.diagnostics.msgLog
    c.reportTasks tree.children.toList

/-! ### Work that was given up in silence

Lean passes over an exception that it takes for an interrupt: whoever asked for
it knows. Where we did not ask, the file threw it itself, and a theorem without
a proof would look like one that has been checked.
-/

def Check.reportAbandoned (c : Check) (start : String.Pos.Raw) (what : String) : BaseIO Unit := do
  unless ← c.token.isSet do
    c.report (c.message .error start s!"{what} was abandoned: it threw an interrupt itself")

/-- What escapes from a command: interrupts, and nothing else that we know of. -/
def Check.reportEscape (c : Check) (start : String.Pos.Raw) (e : Exception) : BaseIO Unit := do
  if e.isInterrupt then c.reportAbandoned start "the command"
  else c.report (c.message .error start (← e.toMessageData.toString))

/-- The names that stand where declarations have theirs. -/
partial def declaredNames (stx : Syntax) : List Name :=
  if stx.isOfKind ``Parser.Command.declId then [(stx.getArg 0).getId]
  else ofList stx.getArgs.toList
where
  ofList : List Syntax → List Name
    | [] => []
    | stx :: rest => Compat.append (declaredNames stx) (ofList rest)

/--
Is a declaration known to the elaborator, and not to the kernel? A proof is
elaborated behind the back of its theorem, which is known before.
-/
def isUnproven (env : Environment) (space name : Name) : Bool :=
  let full := space ++ name
  lacks full || lacks (mkPrivateName env full)
where
  lacks (name : Name) : Bool :=
    env.contains name && (env.toKernelEnv.find? name).isNone

/--
Declarations without an error must have come to something. (A command with holes
left by the parser is no such case: the parser has complained.)
-/
def Check.reportUnproven (c : Check) (start : String.Pos.Raw) (state : Command.State)
    (space : Name) (stx : Syntax) : BaseIO Unit := do
  unless stx.hasMissing do for name in declaredNames stx do
    if isUnproven state.env space name then c.reportAbandoned start s!"`{name.toString}`"

/-! ### Saying what is being worked on -/

def firstAtom (stx : Syntax) : String :=
  match stx.getHead? with
  | some (.atom _ text) => text
  | some (.ident _ _ name _) => name.toString
  | _ => ""

/-- The name that a command declares or names, with a space before it. -/
def nameText (stx : Syntax) : String :=
  let stx := stx.getArg 1
  let stx := if stx.isOfKind ``Parser.Command.declId then stx.getArg 0 else stx
  match stx with
  | .ident _ _ name _ => " " ++ name.toString
  | _ => ""

/-- A command's own part, without options and modifiers before it. -/
partial def innerCommand (stx : Syntax) : Syntax :=
  if stx.isOfKind ``Parser.Command.in then innerCommand (stx.getArg 2)
  else if stx.isOfKind ``Parser.Command.declaration then stx.getArg 1
  else stx

/-- Such as "theorem foo", sent before the command starts. -/
def Check.announce (c : Check) (stx : Syntax) (lines : Nat) : BaseIO Unit := do
  let inner := innerCommand stx
  let line := match inner.getPos? with
    | some p => (Compat.position c.input p).line
    | none => lines
  Plugin.send c.server.secret "PROGRESS" #[line, lines] #[firstAtom inner ++ nameText inner]

/-! ### Sorry -/

/-- Any declaration that is new and mentions `sorry`, whatever Lean said. -/
def sorryInNew (base env : Environment) : Bool :=
  Compat.constantsSince base env |> Compat.anyOf fun c =>
    c.type.hasSorry || match c.value? (allowOpaque := true) with
      | some value => value.hasSorry
      | none => false

/--
An `example` leaves no declaration behind, only the warning, which a file can
turn off. Where it speaks of that option, the terms that were elaborated tell.
-/
partial def sorryInTree : InfoTree → Bool
  | .context _ tree => sorryInTree tree
  | .hole _ => false
  | .node info children =>
    (match info with
      | .ofTermInfo term => term.expr.hasSorry
      | _ => false) || Compat.anyOf sorryInTree (Compat.members children)

/-! ### Elaboration -/

/-- Run with the standard streams replaced; gives back what was printed. -/
def capturing (alsoStderr : Bool) (action : BaseIO Unit) : BaseIO String := do
  let input ← IO.mkRef {}
  let output ← IO.mkRef {}
  let oldIn ← IO.setStdin (.ofBuffer input)
  let oldOut ← IO.setStdout (.ofBuffer output)
  let oldErr ← if alsoStderr then IO.setStderr (.ofBuffer output) else IO.getStderr
  action
  let _ ← IO.setStderr oldErr
  let _ ← IO.setStdout oldOut
  let _ ← IO.setStdin oldIn
  return String.fromUTF8! (← output.get).data

/-- The scope that the next command is read and elaborated in. -/
def currentScope (state : Command.State) : Command.Scope :=
  match state.scopes with
  | scope :: _ => scope
  | [] => { header := "" }

/--
Something that elaborates, as a command does, at a place; returns the state
after it. Its messages have been sent.
-/
def Check.run (c : Check) (state : Command.State) (start : String.Pos.Raw)
    (action : Command.CommandElabM Unit) : BaseIO Command.State := do
  let scope := currentScope state
  let ref ← IO.mkRef { state with messages := {}, traceState := {}, snapshotTasks := #[] }
  let context : Command.Context := {
    fileName := c.input.fileName, fileMap := c.input.fileMap, cmdPos := start
    snap? := none, cancelTk? := some c.token }
  let escaped ← IO.mkRef none
  let (elapsed, printed) ← timed <| capturing (Core.stderrAsMessages.get scope.opts) do
    match ← (action context ref).toBaseIO with
    | .ok _ => pure ()
    | .error e => escaped.set (some e)
  let state ← ref.get
  c.reportLog state.messages
  if let some e ← escaped.get then c.reportEscape start e
  unless printed.isEmpty do c.report (c.message .information start printed)
  let (waited, _) ← timed <| c.reportTasks state.snapshotTasks.toList
  c.tally.modify fun t => { t with elapsed := t.elapsed + elapsed + waited }
  if c.distrustWarnings && Compat.anyOf sorryInTree (Compat.members state.infoState.trees) then
    c.tally.modify fun t => { t with hasSorry := true }
  return state

/-- One command; returns the state after it. -/
def Check.runCommand (c : Check) (state : Command.State) (start : String.Pos.Raw) (stx : Syntax) :
    BaseIO Command.State := do
  let space := (currentScope state).currNamespace
  let errors := (← c.tally.get).errors
  let state ← c.run state start (getResetInfoTrees *> Command.elabCommandTopLevel stx)
  c.tally.modify fun t => { t with commands := t.commands + 1 }
  if (← c.tally.get).errors == errors then
    c.reportUnproven start state space stx
  return state

/-- All commands up to the end of the file, `#exit`, or a cancel. -/
partial def Check.runCommands (c : Check) (lines : Nat) (parser : Parser.ModuleParserState)
    (state : Command.State) : BaseIO Command.State := do
  if (← c.token.isSet) || (← c.tally.get).stopped then return state
  let scope := currentScope state
  let (stx, next, log) := Parser.parseCommand c.input
    { env := state.env, options := scope.opts, currNamespace := scope.currNamespace
      openDecls := scope.openDecls } parser {}
  c.reportLog log
  let isEnd := Parser.isTerminalCommand stx
  unless isEnd do c.announce stx lines
  -- The end is a command too: it finds namespaces that are still open.
  let state ← c.runCommand state parser.pos stx
  if isEnd then return state else c.runCommands lines next state

/-! ### A whole file -/

/-- What Lean keeps for the process, as this session wants it. -/
def Session.enter (session : Session) : BaseIO Unit := do
  searchPathRef.set session.searchPath
  Command.lintersRef.set session.imported.linters.toArray
  IO.stdGenRef.set mkStdGen

/--
What else a file can change that outlives it: put back after each. The
environment is not among it, as that is a value.
-/
structure Surroundings where
  folder : System.FilePath
  input : IO.FS.Stream
  output : IO.FS.Stream
  errors : IO.FS.Stream

def Surroundings.take : IO Surroundings := do
  return {
    folder := ← IO.Process.getCurrentDir
    input := ← IO.getStdin, output := ← IO.getStdout, errors := ← IO.getStderr }

def Surroundings.restore (s : Surroundings) : IO Unit := do
  let _ ← IO.setStdin s.input
  let _ ← IO.setStdout s.output
  let _ ← IO.setStderr s.errors
  -- Without a look at the present one, which may be gone: asking then traps.
  IO.Process.setCurrentDir s.folder

/-- What a request to elaborate something says. -/
structure Work where
  label : String
  source : String
  options : List String
  /-- In thousands; 0: what the options say. -/
  heartbeats : Nat := 0
  diagnosticBytes : Nat
  quiet : Bool := false

def mentions (source text : String) : Bool :=
  match source.splitOn text with
  | [] | [_] => false
  | _ => true

/--
Ready to elaborate in a session, with the options that hold there. The error is
the answer to send. Whoever calls this puts the surroundings back.
-/
def Session.begin (session : Session) (server : Server) (w : Work) :
    IO (Except Answer (Check × Options)) := do
  let options ← match ← (parseOptions session.options w.options).toBaseIO with
    | .error e => return .error (failed .badOption e.toString)
    | .ok options => pure (Compat.commandLineOptions options)
  let options := if w.heartbeats == 0 then options
    else options.insert `maxHeartbeats (.ofNat w.heartbeats)
  session.enter
  -- Leave room in the frame for what stands around the text.
  let room := (← Plugin.frameLimit server.secret) - 4096
  let tally ← IO.mkRef { bytesLeft := min w.diagnosticBytes room : Tally }
  let c : Check := {
    server, tally, quiet := w.quiet
    maxErrors := Compat.maxErrors options
    token := ← server.beginCancellable
    input := Compat.inputContext w.source w.label
    distrustWarnings :=
      mentions w.source "warn.sorry" || Compat.anyOf (mentions · "warn.sorry") w.options }
  return .ok (c, options)

/-- A file without a header may be checked in any session. -/
def Header.fits (h : Header) (session : Session) : Bool :=
  (h.isModule == session.header.isModule && h.imports == session.header.imports) ||
    (!h.isModule && !h.isPrelude && h.imports == ["public Init"])

/-- The state before the first command, in an environment that is the session's or grew from it. -/
def Session.stateIn (session : Session) (env : Environment) (options : Options)
    (space : Name := .anonymous) : Command.State :=
  { Command.mkState env {} options with scopes := [{
    header := "", opts := options, currNamespace := space, openDecls := session.openDecls }] }

def Check.runFile (c : Check) (session : Session) (options : Options) : IO Bool := do
  let (stx, parser, log) ← Parser.parseHeader c.input
  c.reportLog log
  if log.hasErrors then return true
  unless (Header.ofSyntax stx).fits session do return false
  let lines := (Compat.position c.input c.input.endPos).line
  let env := session.env.setMainModule (← Compat.mainModuleName c.input.fileName)
  let state ← c.runCommands lines parser (session.stateIn env options)
  if sorryInNew env state.env then
    c.tally.modify fun t => { t with hasSorry := true }
  return true

def Check.checked (c : Check) : BaseIO Answer := do
  let t ← c.tally.get
  let heap ← Plugin.heapKib c.server.secret
  let cancelled ← c.token.isSet
  return {
    message := "CHECKED"
    numbers := #[t.commands, t.errors, t.warnings, flag t.hasSorry, flag cancelled,
      flag t.truncated, t.elapsed, heap]
    texts := #[] }

def check (server : Server) (surroundings : Surroundings) (session : Session) (w : Work) :
    IO Answer := do
  match ← session.begin server w with
  | .error answer => return answer
  | .ok (c, options) =>
    let fits ← try c.runFile session options finally surroundings.restore
    if fits then c.checked
    else return failed .noSession "the header of the file is not that of the session"

end LeanWorker
