-- wrk -s requests.lua URL -- HEADERS FILE
--
-- Sends a random line of FILE with each request: "METHOD TARGET" or "METHOD TARGET BODY", a body being JSON. HEADERS is a
-- file of fields, "Name: value" a line, which every request has: a token is in no command line that others can read.
-- Every request is formatted before the run, so that wrk has little to do while it is measured. At the end it prints
-- one JSON object: times in microseconds.

local requests, count, random = {}, 0, math.random

local function read_headers(file)
  local headers = {}
  for line in io.lines(file) do
    local name, value = line:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  return headers
end

function init(arguments)
  math.randomseed(os.time())
  local headers = read_headers(arguments[1])
  for line in io.lines(arguments[2]) do
    local method, target, body = line:match("^(%u+) (%S+) ?(.*)$")
    count = count + 1
    headers["Content-Type"] = body ~= "" and "application/json" or nil
    requests[count] = wrk.format(method, target, headers, body ~= "" and body or nil)
  end
end

function request()
  return requests[random(count)]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nresult {"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"max_us":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
