#include <dlfcn.h>
#include <fmt/format.h>
#include <libpq-fe.h>

#include "base/error.hpp"

// The functions of libpq that the project and SOCI call, each handing over to the real one. libpq
// is loaded when the first of them is called, and not with the program: it brings 22 libraries
// (OpenSSL, Kerberos, LDAP, GnuTLS) that cost a program 4 ms and a part of its memory, which a run
// on SQLite has no use for. A function that is missing here fails to link; one that differs from
// libpq's own declaration does not compile.
//
// Throws Error{unreachable} when libpq is not installed.

namespace {

using notes::Error;
using notes::ErrorCode;

constexpr const char* kLibrary = "libpq.so.5";

void* library() {
  static void* const loaded = [] {
    void* const handle = ::dlopen(kLibrary, RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr) {
      throw Error(ErrorCode::unreachable,
                  fmt::format("PostgreSQL's client library cannot be loaded: {}; install it "
                              "(Debian's package is libpq5)",
                              ::dlerror()));
    }
    return handle;
  }();
  return loaded;
}

void* find(const char* name) {
  void* const found = ::dlsym(library(), name);
  if (found == nullptr) {
    throw Error(
        ErrorCode::unreachable,
        fmt::format("{} has no function {}: PostgreSQL 14 or newer is needed", kLibrary, name));
  }
  return found;
}

/// libpq's function of that name, with the type of ours.
template <auto* Ours>
auto real(const char* name) {
  static const auto found = reinterpret_cast<decltype(Ours)>(find(name));
  return found;
}

}  // namespace

extern "C" {

int PQbackendPID(const PGconn* conn) { return real<&PQbackendPID>("PQbackendPID")(conn); }
int PQcancel(PGcancel* cancel, char* buffer, int size) {
  return real<&PQcancel>("PQcancel")(cancel, buffer, size);
}
void PQclear(PGresult* result) { return real<&PQclear>("PQclear")(result); }
char* PQcmdStatus(PGresult* result) { return real<&PQcmdStatus>("PQcmdStatus")(result); }
char* PQcmdTuples(PGresult* result) { return real<&PQcmdTuples>("PQcmdTuples")(result); }
PGconn* PQconnectdb(const char* conninfo) { return real<&PQconnectdb>("PQconnectdb")(conninfo); }
void PQconninfoFree(PQconninfoOption* options) {
  return real<&PQconninfoFree>("PQconninfoFree")(options);
}
PQconninfoOption* PQconninfoParse(const char* conninfo, char** message) {
  return real<&PQconninfoParse>("PQconninfoParse")(conninfo, message);
}
char* PQerrorMessage(const PGconn* conn) { return real<&PQerrorMessage>("PQerrorMessage")(conn); }
int PQconsumeInput(PGconn* conn) { return real<&PQconsumeInput>("PQconsumeInput")(conn); }
PGresult* PQexec(PGconn* conn, const char* query) { return real<&PQexec>("PQexec")(conn, query); }
PGresult* PQexecParams(PGconn* conn, const char* command, int count, const Oid* types,
                       const char* const* values, const int* lengths, const int* formats,
                       int format) {
  return real<&PQexecParams>("PQexecParams")(conn, command, count, types, values, lengths, formats,
                                             format);
}
PGresult* PQexecPrepared(PGconn* conn, const char* name, int count, const char* const* values,
                         const int* lengths, const int* formats, int format) {
  return real<&PQexecPrepared>("PQexecPrepared")(conn, name, count, values, lengths, formats,
                                                 format);
}
int PQfformat(const PGresult* result, int column) {
  return real<&PQfformat>("PQfformat")(result, column);
}
void PQfinish(PGconn* conn) { return real<&PQfinish>("PQfinish")(conn); }
char* PQfname(const PGresult* result, int column) {
  return real<&PQfname>("PQfname")(result, column);
}
void PQfreeCancel(PGcancel* cancel) { return real<&PQfreeCancel>("PQfreeCancel")(cancel); }
void PQfreemem(void* memory) { return real<&PQfreemem>("PQfreemem")(memory); }
int PQfsize(const PGresult* result, int column) {
  return real<&PQfsize>("PQfsize")(result, column);
}
Oid PQftype(const PGresult* result, int column) {
  return real<&PQftype>("PQftype")(result, column);
}
PGcancel* PQgetCancel(PGconn* conn) { return real<&PQgetCancel>("PQgetCancel")(conn); }
int PQgetCopyData(PGconn* conn, char** buffer, int async) {
  return real<&PQgetCopyData>("PQgetCopyData")(conn, buffer, async);
}
PGresult* PQgetResult(PGconn* conn) { return real<&PQgetResult>("PQgetResult")(conn); }
int PQgetisnull(const PGresult* result, int row, int column) {
  return real<&PQgetisnull>("PQgetisnull")(result, row, column);
}
char* PQgetvalue(const PGresult* result, int row, int column) {
  return real<&PQgetvalue>("PQgetvalue")(result, row, column);
}
int PQisBusy(PGconn* conn) { return real<&PQisBusy>("PQisBusy")(conn); }
int PQnfields(const PGresult* result) { return real<&PQnfields>("PQnfields")(result); }
int PQntuples(const PGresult* result) { return real<&PQntuples>("PQntuples")(result); }
PGnotify* PQnotifies(PGconn* conn) { return real<&PQnotifies>("PQnotifies")(conn); }
PGpipelineStatus PQpipelineStatus(const PGconn* conn) {
  return real<&PQpipelineStatus>("PQpipelineStatus")(conn);
}
PGresult* PQprepare(PGconn* conn, const char* name, const char* query, int count,
                    const Oid* types) {
  return real<&PQprepare>("PQprepare")(conn, name, query, count, types);
}
int PQputCopyData(PGconn* conn, const char* buffer, int size) {
  return real<&PQputCopyData>("PQputCopyData")(conn, buffer, size);
}
int PQputCopyEnd(PGconn* conn, const char* message) {
  return real<&PQputCopyEnd>("PQputCopyEnd")(conn, message);
}
char* PQresultErrorField(const PGresult* result, int code) {
  return real<&PQresultErrorField>("PQresultErrorField")(result, code);
}
char* PQresultErrorMessage(const PGresult* result) {
  return real<&PQresultErrorMessage>("PQresultErrorMessage")(result);
}
ExecStatusType PQresultStatus(const PGresult* result) {
  return real<&PQresultStatus>("PQresultStatus")(result);
}
int PQsendPrepare(PGconn* conn, const char* name, const char* query, int count, const Oid* types) {
  return real<&PQsendPrepare>("PQsendPrepare")(conn, name, query, count, types);
}
int PQsendQuery(PGconn* conn, const char* query) {
  return real<&PQsendQuery>("PQsendQuery")(conn, query);
}
int PQsendQueryParams(PGconn* conn, const char* command, int count, const Oid* types,
                      const char* const* values, const int* lengths, const int* formats,
                      int format) {
  return real<&PQsendQueryParams>("PQsendQueryParams")(conn, command, count, types, values, lengths,
                                                       formats, format);
}
int PQsendQueryPrepared(PGconn* conn, const char* name, int count, const char* const* values,
                        const int* lengths, const int* formats, int format) {
  return real<&PQsendQueryPrepared>("PQsendQueryPrepared")(conn, name, count, values, lengths,
                                                           formats, format);
}
int PQserverVersion(const PGconn* conn) { return real<&PQserverVersion>("PQserverVersion")(conn); }
PGVerbosity PQsetErrorVerbosity(PGconn* conn, PGVerbosity verbosity) {
  return real<&PQsetErrorVerbosity>("PQsetErrorVerbosity")(conn, verbosity);
}
int PQsocket(const PGconn* conn) { return real<&PQsocket>("PQsocket")(conn); }
PQnoticeProcessor PQsetNoticeProcessor(PGconn* conn, PQnoticeProcessor processor, void* argument) {
  return real<&PQsetNoticeProcessor>("PQsetNoticeProcessor")(conn, processor, argument);
}
int PQsetSingleRowMode(PGconn* conn) {
  return real<&PQsetSingleRowMode>("PQsetSingleRowMode")(conn);
}
ConnStatusType PQstatus(const PGconn* conn) { return real<&PQstatus>("PQstatus")(conn); }
PGTransactionStatusType PQtransactionStatus(const PGconn* conn) {
  return real<&PQtransactionStatus>("PQtransactionStatus")(conn);
}
int lo_close(PGconn* conn, int descriptor) { return real<&lo_close>("lo_close")(conn, descriptor); }
int lo_lseek(PGconn* conn, int descriptor, int offset, int whence) {
  return real<&lo_lseek>("lo_lseek")(conn, descriptor, offset, whence);
}
int lo_open(PGconn* conn, Oid object, int mode) {
  return real<&lo_open>("lo_open")(conn, object, mode);
}
int lo_read(PGconn* conn, int descriptor, char* buffer, size_t size) {
  return real<&lo_read>("lo_read")(conn, descriptor, buffer, size);
}
int lo_write(PGconn* conn, int descriptor, const char* buffer, size_t size) {
  return real<&lo_write>("lo_write")(conn, descriptor, buffer, size);
}

}  // extern "C"
