-- Splits {"events": [...]}, which the function smtp_events of smtp.wasm answers with where a record became several.
function split(tag, timestamp, record)
  if record["events"] == nil then return 0, timestamp, record end
  return 1, timestamp, record["events"]
end
