/-
Serve: the loop that takes a request, answers it, and takes the next. An
exception becomes the answer FAILED; only the parent ends the process.
-/
namespace LeanWorker

structure Host where
  server : Server
  sessions : Sessions
  surroundings : Surroundings
  basis : Basis

/-- An answer that needs the session that the request names. -/
def Host.inSession (host : Host) (answer : Session → IO Answer) : IO Answer := do
  let number ← Plugin.num host.server.secret "session"
  match Compat.find? (·.number == number) (← host.sessions.get) with
  | none => return failed .noSession s!"there is no session {number}"
  | some session => answer session

/-- What a request to elaborate a text without a header says of it. -/
def Host.work (host : Host) : BaseIO Work := do
  let secret := host.server.secret
  let label ← Plugin.str secret "label"
  return {
    label := if label.isEmpty then "<input>" else label
    source := ← Plugin.str secret "source"
    options := (← Plugin.strs secret "options").toList
    heartbeats := ← Plugin.num secret "heartbeats"
    diagnosticBytes := ← Plugin.num secret "diagnostic_bytes" }

def Host.answer (host : Host) (request : String) : IO Answer := do
  let secret := host.server.secret
  let num := Plugin.num secret
  let str := Plugin.str secret
  let strs (field : String) : BaseIO (List String) := return (← Plugin.strs secret field).toList
  match request with
  | "PARSE_HEADER" => parseHeader (← str "label") (← str "source")
  | "OPEN_SESSION" =>
    let modules ← strs "source_modules"
    let sources := sourcesOf modules (← strs "source_labels") (← strs "source_texts")
    openSession host.server host.surroundings host.sessions host.basis {
      key := ← str "key", isModule := (← num "is_module") != 0, imports := ← strs "imports"
      searchPath := ← strs "search_path", options := ← strs "options"
      namespaces := ← strs "namespaces", sources
      diagnosticBytes := ← num "diagnostic_bytes" }
  | "CHECK" =>
    host.inSession fun session => do
      check host.server host.surroundings session {
        label := ← str "label", source := ← str "source", options := ← strs "options"
        diagnosticBytes := ← num "diagnostic_bytes" }
  | "RUN" =>
    host.inSession fun session => do
      if (← Plugin.isText secret "request") == 0 then
        return failed .export "the request is not UTF-8, and an export of Lean takes text"
      runExport host.server host.surroundings session (← str "name") (← str "request")
  | "ELABORATE" =>
    host.inSession fun session => do
      elaborate host.server host.surroundings session {
        work := ← host.work, isTerm := (← num "kind") != 0, space := ← str "name_space"
        expectedType := ← str "expected_type", textBytes := ← num "text_bytes" }
  | "KERNEL_CHECK" =>
    host.inSession fun session => do
      kernelCheck host.server host.surroundings session (← host.work) (← str "name_space")
  | "LIST" =>
    host.inSession fun session => do
      match filterOf (← str "prefix") (← str "module") (← str "contains")
          ((← num "in_module") != 0) ((← num "internals") != 0) (← num "kinds")
          (← num "limit") with
      | .error answer => return answer
      | .ok filter =>
        let names? ← if (← num "all") != 0 then pure none else some <$> strs "names"
        listDeclarations host.server session names? filter
  | "DESCRIBE" =>
    host.inSession fun session => do
      describe host.server host.surroundings session (← str "name") (← num "text_bytes")
  | "TERM" =>
    host.inSession fun session => do
      queryTerm host.server host.surroundings session {
        operation := .ofCode (← num "operation")
        transparency := transparencyOfCode (← num "transparency")
        heartbeats := ← num "heartbeats", textBytes := ← num "text_bytes"
        space := ← str "name_space", first := ← str "first", second := ← str "second" }
  | other => return failed .unsupported s!"this child does not serve {other}"

def Host.respond (host : Host) (request : String) : BaseIO Unit := do
  let answer ← match ← (host.answer request).toBaseIO with
    | .ok answer => pure answer
    | .error e => pure (failed .internal e.toString)
  host.server.endCancellable
  Plugin.send host.server.secret answer.message answer.numbers answer.texts

/-- Until the parent wants no more. -/
partial def Host.serve (host : Host) : BaseIO Unit := do
  let request ← Plugin.next host.server.secret
  unless request.isEmpty do
    host.respond request
    host.serve

/-- The sessions that are to be there before the first request. -/
partial def Host.preload (host : Host) : BaseIO Unit := do
  let request ← Plugin.preload host.server.secret
  unless request.isEmpty do
    host.respond request
    host.preload

/-- The surroundings belong to the thread that calls this, as the streams do. -/
def prepare (server : Server) : IO Host := do
  return {
    server, sessions := ← IO.mkRef [], surroundings := ← Surroundings.take
    basis := {
      searchPath := ← searchPathRef.get, linters := ← Command.lintersRef.get
      preloading := true } }

/-- In a thread whose stack is large enough for it. -/
def preload (server : Server) : IO Host := do
  let host ← prepare server
  host.preload
  host.surroundings.restore
  return host

/-- With what was opened before, and a secret that nobody knew then. -/
def Host.serveRequests (host : Host) (server : Server) : BaseIO Unit := do
  match ← Surroundings.take.toBaseIO with
  | .error e => Plugin.fail server.secret e.toString
  | .ok surroundings =>
    let host := { host with
      server, surroundings, basis := { host.basis with preloading := false } }
    let heap ← Plugin.heapKib server.secret
    Plugin.send server.secret "READY" #[heap]
      #[Lean.versionStringCore, Lean.githash, System.Platform.target, "cancel"]
    host.serve

def Host.run (host : Host) (server : Server) : BaseIO Unit := do
  let watcher ← BaseIO.asTask (prio := .dedicated) server.watchCancels
  let loop ← BaseIO.asTask (host.serveRequests server)
  Plugin.attend server.secret
  -- Named here, so that the tasks are kept as long as they are needed.
  let _ ← IO.hasFinished watcher
  let _ ← IO.hasFinished loop

/--
The whole life of a child, from the handshake to the parent's last word. The
plugin tells which thread does what (`channel.h`). Requests are served by a
thread of Lean's pool, which is there already: it elaborated what started us.
What is to be opened before the first of them is done by such a thread as well,
and has ended when `Plugin.begin` is called: in a fork server that comes back in
each fork, which has this thread alone.

Lean's imports may run initializers of the modules that they load; `lean FILE`
allows it, so we do.
-/
@[export lw_serve]
public unsafe def serve : BaseIO Unit := do
  let secret ← Plugin.takeSecret
  let running ← IO.mkRef { request := 0, tokens := [] : Cancellable }
  match ← enableInitializersExecution.toBaseIO with
  | .error e => Plugin.fail secret e.toString
  | .ok _ =>
    let begun ← BaseIO.asTask (preload { secret, running }).toBaseIO
    match ← IO.wait begun with
    | .error e => Plugin.fail secret e.toString
    | .ok host => host.run { secret := ← Plugin.begin secret, running }

end LeanWorker
