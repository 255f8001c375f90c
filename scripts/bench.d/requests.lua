-- wrk -s requests.lua URL -- METHOD FILE
--
-- Sends a random line of FILE with each request: the target of a GET, the JSON body of a POST to the URL's path.
-- Every request is formatted before the run, so that wrk has little to do while it is measured. At the end it prints
-- one JSON object: times in microseconds.

local requests, count, random = {}, 0, math.random

function init(arguments)
  local method, file = arguments[1], arguments[2]
  math.randomseed(os.time())
  for line in io.lines(file) do
    count = count + 1
    if method == "GET" then
      requests[count] = wrk.format("GET", line)
    else
      requests[count] = wrk.format(method, nil, { ["Content-Type"] = "application/json" }, line)
    end
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
