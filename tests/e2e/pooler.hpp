#pragma once

#include <memory>
#include <string>

#include "e2e/process.hpp"
#include "support/temporary_directory.hpp"

namespace notes::tests {

/// A PgBouncer in transaction mode in front of one database, on a free port, for as long as the
/// object lives.
class Pooler {
 public:
  /// `url`: of the database, postgresql://user:password@host:port/name. Throws std::runtime_error
  /// when PgBouncer does not come up.
  explicit Pooler(const std::string& url);

  /// The database through the pooler; it asks for no password.
  const std::string& url() const { return url_; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Process> process_;
  std::string url_;
};

}  // namespace notes::tests
