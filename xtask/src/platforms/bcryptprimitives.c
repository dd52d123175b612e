/* The call by which Rust's standard library asks Windows for random bytes. Wine has it from
   8.13 on, and Debian 12 has an older one. */

#include <windows.h>

#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *bytes, SIZE_T count)
{
    return RtlGenRandom(bytes, (ULONG)count);
}
