#include "notify/exchange.hpp"

#include <memory>
#include <mutex>

#include <curl/curl.h>

#include "base/error.hpp"

namespace notes::notify {
namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};

void initialise_once() {
  static std::once_flag once;
  std::call_once(once, [] { ::curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::size_t ignore_body(char* /*bytes*/, std::size_t size, std::size_t count, void* /*user*/) {
  return size * count;
}

/// Not zero breaks the transfer off.
int check_stop(void* stop, curl_off_t /*to_get*/, curl_off_t /*got*/, curl_off_t /*to_put*/,
               curl_off_t /*put*/) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  ::curl_easy_setopt(handle, option, value);
}

}  // namespace

bool Reply::worth_another_try() const {
  constexpr long kRequestTimeout = 408;
  constexpr long kTooManyRequests = 429;
  constexpr long kServerError = 500;
  return status == 0 || status == kRequestTimeout || status == kTooManyRequests ||
         status >= kServerError;
}

Reply exchange(const Delivery& delivery, const DeliveryLimits& limits, std::stop_token stop) {
  initialise_once();
  const std::unique_ptr<CURL, CloseHandle> owned(::curl_easy_init());
  CURL* const handle = owned.get();
  if (handle == nullptr) throw Error(ErrorCode::internal, "libcurl: no handle");
  std::unique_ptr<curl_slist, FreeList> headers;
  set(handle, CURLOPT_URL, delivery.url.reveal().c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_USERAGENT, "notes-cron");
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_timeout.count()));
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.timeout.count()));
  set(handle, CURLOPT_WRITEFUNCTION, &ignore_body);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, &check_stop);
  set(handle, CURLOPT_XFERINFODATA, &stop);
  if (delivery.json) {
    headers.reset(::curl_slist_append(nullptr, "Content-Type: application/json"));
    set(handle, CURLOPT_HTTPHEADER, headers.get());
    set(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(delivery.json->size()));
    set(handle, CURLOPT_POSTFIELDS, delivery.json->c_str());
  }
  const CURLcode code = ::curl_easy_perform(handle);
  Reply reply;
  // libcurl's own texts are constants; those of CURLOPT_ERRORBUFFER would name the host.
  if (code != CURLE_OK) {
    reply.error = ::curl_easy_strerror(code);
    return reply;
  }
  curl_off_t retry_after = 0;
  ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &reply.status);
  ::curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
  reply.retry_after = std::chrono::seconds(retry_after);
  return reply;
}

}  // namespace notes::notify
