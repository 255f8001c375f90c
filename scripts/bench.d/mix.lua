-- wrk -s mix.lua URL -- HEADERS KIND SHARE FILE [KIND SHARE FILE]...
--
-- A load of several kinds, drawn for each request by their shares, and the latencies of each kind. HEADERS and the lines
-- of each FILE are those of requests.lua. wrk tells a script neither which connection an answer came on nor when its
-- request was sent, so each request carries a number as X-Request-Id, which notes-server sends back. That makes wrk
-- read every answer's header: compare what this measures only with what this measures.

local ffi = require("ffi")
ffi.cdef [[
  typedef struct { long seconds; long nanoseconds; } mix_time;
  int clock_gettime(int clock, mix_time *time);
]]
local kMonotonic = 1
local kBucketUs, kBuckets = 25, 400000  -- how finely latencies are kept, and up to 10 s

local time, random = ffi.new("mix_time"), math.random
local requests, draws, number = {}, {}, 0
local kind_of, sent_at = {}, {}  -- by the number of a request that is on its way
local histograms                 -- of all kinds, one behind the other
names, address = "", 0           -- read by done(), which runs in another Lua: wrk brings it texts and numbers only

local function now_us()
  ffi.C.clock_gettime(kMonotonic, time)
  return tonumber(time.seconds) * 1e6 + tonumber(time.nanoseconds) / 1e3
end

local function read_headers(file)
  local headers = {}
  for line in io.lines(file) do
    local name, value = line:match("^([^:]+): (.*)$")
    headers[name] = value
  end
  return headers
end

-- Each formatted request in two parts: the number stands between them.
local function read_requests(file, headers)
  local found = {}
  for line in io.lines(file) do
    local method, target, body = line:match("^(%u+) (%S+) ?(.*)$")
    headers["Content-Type"] = body ~= "" and "application/json" or nil
    local whole = wrk.format(method, target, headers, body ~= "" and body or nil)
    local first = whole:find("\r\n", 1, true)
    found[#found + 1] = { whole:sub(1, first + 1) .. "X-Request-Id: n", whole:sub(first) }
  end
  return found
end

function init(arguments)
  math.randomseed(os.time())
  local headers = read_headers(arguments[1])
  for place = 2, #arguments, 3 do
    local kind = #requests + 1
    names = names .. arguments[place] .. " "
    requests[kind] = read_requests(arguments[place + 2], headers)
    for _ = 1, tonumber(arguments[place + 1]) do draws[#draws + 1] = kind end
  end
  histograms = ffi.new("uint32_t[?]", #requests * kBuckets)
  address = tonumber(ffi.cast("uintptr_t", histograms))
end

function request()
  local kind = draws[random(#draws)]
  local ready = requests[kind][random(#requests[kind])]
  number = number + 1
  kind_of[number], sent_at[number] = kind, now_us()
  return ready[1] .. number .. ready[2]
end

function response(status, headers)
  local id = headers["X-Request-Id"] or headers["x-request-id"]
  local answered = id and tonumber(id:sub(2))
  local kind = answered and kind_of[answered]
  if not kind then return end
  local bucket = math.min(math.floor((now_us() - sent_at[answered]) / kBucketUs), kBuckets - 1)
  local place = (kind - 1) * kBuckets + bucket
  histograms[place] = histograms[place] + 1
  kind_of[answered], sent_at[answered] = nil, nil
end

local thread  -- there is one

function setup(it)
  thread = it
end

local function quantiles(histogram)
  local total = 0
  for bucket = 0, kBuckets - 1 do total = total + histogram[bucket] end
  local function at(share)
    local seen = 0
    for bucket = 0, kBuckets - 1 do
      seen = seen + histogram[bucket]
      if seen > 0 and seen >= share * total then return (bucket + 0.5) * kBucketUs end
    end
    return 0
  end
  return total, at(0.5), at(0.99)
end

function done(summary, latency)
  local all, kinds = ffi.cast("uint32_t *", thread:get("address")), {}
  for name in thread:get("names"):gmatch("%S+") do
    kinds[#kinds + 1] = string.format('"%s":{"requests":%d,"p50_us":%d,"p99_us":%d}', name,
      quantiles(all + #kinds * kBuckets))
  end
  local errors = summary.errors
  io.write(string.format(
    '\nresult {"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"max_us":%d,"errors":%d,"kinds":{%s}}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout, table.concat(kinds, ",")))
end
