#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace notes::tests {

/// A PostgreSQL cluster of one's own, for tests that stop or restart the whole server. Ends with
/// the object, and also when the test's process is killed.
class PostgresCluster {
 public:
  PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;
  ~PostgresCluster();

  const std::string& url() const { return url_; }
  /// pg_ctl's action: "stop", "start" or "restart"; returns when it is done.
  void control(std::string_view action);

 private:
  std::string read_line();

  int to_script_ = -1;
  int from_script_ = -1;
  pid_t script_ = -1;
  std::string url_;
};

}  // namespace notes::tests
