#include "db/postgresql_backend.hpp"

#include <array>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace notes::db {
namespace {

using soci::details::exchange_type;
using soci::details::statement_type;

void refuse_nul(const std::string& value) {
  if (value.find('\0') != std::string::npos) {
    throw soci::postgresql_soci_error("a text value holds a NUL character", "22021");
  }
}

// A buffer of an execution that failed is still there: its value, and not a NULL, would be sent the
// next time.
struct UseValue final : soci::postgresql_standard_use_type_backend {
  using soci::postgresql_standard_use_type_backend::postgresql_standard_use_type_backend;

  void pre_use(const soci::indicator* indicator) override {
    clean_up();
    const bool null = indicator != nullptr && *indicator == soci::i_null;
    if (!null && type_ == soci::details::x_stdstring) refuse_nul(*static_cast<std::string*>(data_));
    soci::postgresql_standard_use_type_backend::pre_use(indicator);
  }
};

// SOCI appends the values of each execution behind those of the first, and sends the first.
struct UseVector final : soci::postgresql_vector_use_type_backend {
  using soci::postgresql_vector_use_type_backend::postgresql_vector_use_type_backend;

  void pre_use(const soci::indicator* indicator) override {
    clean_up();
    if (type_ == soci::details::x_stdstring) {
      for (const auto& value : *static_cast<std::vector<std::string>*>(data_)) refuse_nul(value);
    }
    soci::postgresql_vector_use_type_backend::pre_use(indicator);
  }

  void clean_up() override {
    soci::postgresql_vector_use_type_backend::clean_up();
    buffers_.clear();
  }
};

struct Statement final : soci::postgresql_statement_backend {
  Statement(soci::postgresql_session_backend& session, PostgresqlConnection::Statements statements)
      : soci::postgresql_statement_backend(session, false), statements_(statements) {}

  void prepare(const std::string& query, statement_type type) override {
    const bool unnamed = statements_ == PostgresqlConnection::Statements::unnamed;
    soci::postgresql_statement_backend::prepare(query,
                                                unnamed ? soci::details::st_one_time_query : type);
  }

  // SOCI sends a text without parameters by the simple protocol, which runs all statements that
  // stand in it. The extended one takes a single statement; its result is handed on as one that a
  // description has fetched already.
  exec_fetch_result execute(int number) override {
    const bool parameters = !useByPosBuffers_.empty() || !useByNameBuffers_.empty();
    if (stType_ == soci::details::st_one_time_query && !parameters && !justDescribed_) {
      clean_up();
      result_.reset(
          PQexecParams(session_.conn_, query_.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0));
      justDescribed_ = true;
    }
    return soci::postgresql_statement_backend::execute(number);
  }

  // SOCI deletes what its factories return.
  soci::postgresql_standard_use_type_backend* make_use_type_backend() override {
    hasUseElements_ = true;
    return new UseValue(*this);
  }
  soci::postgresql_vector_use_type_backend* make_vector_use_type_backend() override {
    hasVectorUseElements_ = true;
    return new UseVector(*this);
  }

  PostgresqlConnection::Statements statements_;
};

}  // namespace

PostgresqlConnection::PostgresqlConnection(const soci::connection_parameters& parameters,
                                           Statements statements)
    : soci::postgresql_session_backend(parameters, false),
      statements_(statements),
      cancel_(PQgetCancel(conn_)),
      socket_(::fcntl(PQsocket(conn_), F_DUPFD_CLOEXEC, 0)) {
  if (socket_ >= 0) return;
  PQfreeCancel(cancel_);
  throw soci::soci_error("no file descriptor is left for another connection");
}

PostgresqlConnection::~PostgresqlConnection() {
  PQfreeCancel(cancel_);
  ::close(socket_);
}

soci::postgresql_statement_backend* PostgresqlConnection::make_statement_backend() {
  return new Statement(*this, statements_);
}

void PostgresqlConnection::cancel() const noexcept {
  std::array<char, 256> reason{};
  // A request that does not get through changes nothing: the statement goes on, and its own time
  // limit ends it.
  static_cast<void>(PQcancel(cancel_, reason.data(), static_cast<int>(reason.size())));
}

void PostgresqlConnection::sever() const noexcept {
  // libpq closes its own descriptor when it finds the connection broken, and the number may be
  // somebody else's by then.
  ::shutdown(socket_, SHUT_RDWR);
}

soci::details::session_backend* PostgresqlBackend::make_session(
    const soci::connection_parameters& parameters) const {
  return new PostgresqlConnection(parameters, statements_);
}

}  // namespace notes::db
