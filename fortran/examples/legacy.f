C     The power spectrum of a light curve, as programs did it long ago:
C     fixed form, static arrays, no module. Links with -lfourier alone.
C
C     usage: legacy FILE F0 DF NF [OUTPUT]
C
C     FILE has a line "time value [error]" for each sample; lines that
C     start with # are comments. The mean is subtracted, the strongest
C     of the NF frequencies F0, F0+DF, ... is printed, and all of them
C     with their power go to OUTPUT.
      PROGRAM LEGACY
      INTEGER NMAX, NFMAX
      PARAMETER (NMAX=1000000, NFMAX=2000000)
      DOUBLE PRECISION T(NMAX), X(NMAX), FR(NFMAX), S1(NFMAX)
      DOUBLE PRECISION F0, DF, XMEAN
      INTEGER N, NF, I, K, KPEAK
      CHARACTER*256 FILE, ARG, LINE

      IF (IARGC() .LT. 4 .OR. IARGC() .GT. 5) THEN
         WRITE(0,*) 'usage: legacy FILE F0 DF NF [OUTPUT]'
         CALL EXIT(1)
      END IF
      CALL GETARG(1, FILE)
      CALL GETARG(2, ARG)
      READ(ARG,*,ERR=90) F0
      CALL GETARG(3, ARG)
      READ(ARG,*,ERR=90) DF
      CALL GETARG(4, ARG)
      READ(ARG,*,ERR=90) NF
      IF (NF .LT. 1 .OR. NF .GT. NFMAX) GO TO 90

      OPEN(UNIT=10, FILE=FILE, STATUS='OLD', ERR=91)
      N = 0
   10 READ(10,'(A)',END=20,ERR=91) LINE
      IF (LINE .EQ. ' ' .OR. LINE(1:1) .EQ. '#') GO TO 10
      IF (N .EQ. NMAX) GO TO 92
      N = N + 1
      READ(LINE,*,ERR=91,END=91) T(N), X(N)
      GO TO 10
   20 CLOSE(10)
      IF (N .EQ. 0) GO TO 91

      XMEAN = 0.0D0
      DO 30 I = 1, N
         XMEAN = XMEAN + X(I)
   30 CONTINUE
      XMEAN = XMEAN/N
      DO 40 I = 1, N
         X(I) = X(I) - XMEAN
   40 CONTINUE

      CALL FOURIER(T,X,F0,DF,N,NF,FR,S1)
C     Bad input is answered with NaN, which differs from itself.
      IF (S1(1) .NE. S1(1)) GO TO 93

      KPEAK = 1
      DO 50 K = 2, NF
         IF (S1(K) .GT. S1(KPEAK)) KPEAK = K
   50 CONTINUE
      WRITE(*,60) FR(KPEAK), 1.0D0/FR(KPEAK), S1(KPEAK)
   60 FORMAT('strongest peak: f =',F8.4,', period =',F8.4,
     +       ', power = ',1PE11.5)

      IF (IARGC() .EQ. 5) THEN
         CALL GETARG(5, FILE)
         OPEN(UNIT=11, FILE=FILE, STATUS='UNKNOWN', ERR=91)
         DO 70 K = 1, NF
            WRITE(11,80,ERR=91) FR(K), S1(K)
   70    CONTINUE
   80    FORMAT(1P,E24.16E3,1X,E23.16E3)
         CLOSE(11)
      END IF
      CALL EXIT(0)

   90 WRITE(0,*) 'legacy: not a usable number: ', ARG(1:40)
      CALL EXIT(1)
   91 WRITE(0,*) 'legacy: cannot be read or written: ', FILE(1:100)
      CALL EXIT(1)
   92 WRITE(0,*) 'legacy: more samples than', NMAX
      CALL EXIT(1)
   93 WRITE(0,*) 'legacy: FOURIER refused the input'
      CALL EXIT(1)
      END
