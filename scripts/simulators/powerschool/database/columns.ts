/**
 * The columns of PowerSchool's tables, by type, as its data dictionary lists them. Complete tables, although the
 * generator fills only part of each: whether a plugin may be enabled depends on which columns exist.
 */

export type ColumnKind = 'number' | 'text' | 'date' | 'timestamp';

/** Names by kind, separated by white space. The first column of `number` is the primary key. */
type ColumnLists = { number: string } & { [kind in Exclude<ColumnKind, 'number'>]?: string };

export const columnLists = {
  schools: {
    number: `dcid id district_number school_number low_grade high_grade sortorder schoolgroup hist_low_grade
      hist_high_grade dfltnextschool view_in_portal state_excludefromreporting alternate_school_number
      fee_exemption_status issummerschool schoolcategorycodesetid whomodifiedid`,
    text: `name address pscomm_path abbreviation activecrslist bulletinemail sysemailfrom tchrlogentrto
      portalid schooladdress schoolcity schoolstate schoolzip schoolphone schoolfax schoolcountry
      principal principalphone principalemail asstprincipalphone asstprincipalemail countyname countynbr
      asstprincipal schedulewhichschool schoolinfo_guid sif_stateprid psguid ip_address whomodifiedtype`,
    timestamp: `transaction_date`,
  },
  terms: {
    number: `dcid id yearid noofdays schoolid yearlycredithrs termsinyear portion autobuildbin isyearrec
      periods_per_day days_per_cycle attendance_calculation_code sterms suppresspublicview whomodifiedid`,
    text: `name abbreviation importmap terminfo_guid psguid ip_address whomodifiedtype`,
    date: `firstday lastday`,
    timestamp: `transaction_date`,
  },
  courses: {
    number: `dcid id credit_hours add_to_gpa schoolid regavailable targetclasssize maxclasssize sectionstooffer
      schoolgroup vocational status crhrweight sched_year sched_coursepackage sched_scheduled
      sched_sectionsoffered sched_teachercount sched_periodspermeeting sched_frequency
      sched_maximumperiodsperday sched_minimumperiodsperday sched_maximumdayspercycle
      sched_minimumdayspercycle sched_consecutiveperiods sched_blockstart sched_lengthinnumberofterms
      sched_consecutiveterms sched_balanceterms sched_maximumenrollment sched_concurrentflag
      sched_multiplerooms sched_labflag sched_labfrequency sched_labperiodspermeeting sched_repeatsallowed
      sched_loadpriority sched_substitutionallowed sched_usepreestablishedteams sched_closesectionaftermax
      sched_usesectiontypes sched_periodspercycle gradescaleid gpa_addedvalue excludefromgpa
      excludefromclassrank excludefromhonorroll sched_lunchcourse sched_do_not_print exclude_ada programid
      excludefromstoredgrades maxcredit iscareertech whomodifiedid isfitnesscourse ispewaiver`,
    text: `course_number course_name code prerequisitesvalue corequisites powerlink powerlinkspan
      reggradelevels regteachers regcoursegroup multiterm termsoffered credittype sched_department
      sched_coursesubjectareacode sched_fullcatalogdescription sched_coursepkgcontents
      sched_scheduletypecode sched_validstartperiods sched_validdaycombinations validextradaycombinations
      sched_extradayscheduletypecode sched_facilities sched_loadtype sched_globalsubstitution1
      sched_globalsubstitution2 sched_globalsubstitution3 sched_balancepriority psguid ip_address
      whomodifiedtype`,
    timestamp: `transaction_date`,
  },
  sections: {
    number: `dcid id teacher termid no_of_students schoolid noofterms trackteacheratt maxenrollment distuniqueid
      wheretaught rostermodser pgversion grade_level campusid exclude_ada gradescaleid excludefromgpa
      buildid schedulesectionid wheretaughtdistrict excludefromclassrank excludefromhonorroll
      parent_section_id attendance_type_code maxcut exclude_state_rpt_yn sortorder programid
      excludefromstoredgrades gradebooktype whomodifiedid`,
    text: `section_number course_number period_obsolete room fastperlist ccrnarray attendance pgflags
      days_obsolete gradeprofile log teacherdescr blockperiods_obsolete dependent_secs expression bitmap
      original_expression comment_value section_type team house instruction_lang sectioninfo_guid
      att_mode_code max_load_status psguid external_expression ip_address whomodifiedtype`,
    date: `lastattupdate`,
    timestamp: `transaction_date`,
  },
  students: {
    number: `dcid id allowwebaccess balance1 balance2 balance3 balance4 campusid classof cumulative_gpa
      cumulative_pct customrank_gpa districtentrygradelevel enroll_status enrollment_schoolid
      enrollmentcode enrollmentid exclude_fr_rank fedethnicity fedracedecline fee_exemption_status fteid
      fulltimeequiv_obsolete gpentryyear grade_level gradreqsetid graduated_rank graduated_schoolid
      ldapenabled lunch_id membershipshare next_school person_id phone_id photoflag student_number
      sched_loadlock sched_lockstudentschedule sched_nextyeargrade sched_priority sched_scheduled
      sched_yearofgraduation schoolentrygradelevel schoolid sdatarn simple_gpa simple_pct state_enrollflag
      state_excludefromreporting student_allowwebaccess summerschoolid teachergroupid tuitionpayer
      whomodifiedid wm_createtime wm_tier`,
    text: `lastfirst first_name middle_name last_name gender web_id web_password street city state zip
      guardianemail transfercomment guardianfax ssn entrycode exitcode lunchstatus ethnicity lastmeal
      pl_language family_ident log track gradreqset student_web_id student_web_password bus_route bus_stop
      doctor_name doctor_phone emerg_contact_1 emerg_contact_2 emerg_phone_1 emerg_phone_2 father
      home_phone home_room locker_combination locker_number mailing_city mailing_street mailing_state
      mailing_zip mother wm_status wm_address wm_password sched_nextyearhouse sched_nextyearbuilding
      sched_nextyearteam sched_nextyearhomeroom sched_nextyearbus wm_ta_flag graduated_schoolname
      alert_discipline alert_guardian alert_medical alert_other state_studentnumber districtofresidence
      enrollmenttype enrollment_transfer_info exitcomment team house building withdrawal_reason_code
      guardian_studentcont_guid father_studentcont_guid mother_studentcont_guid studentpers_guid
      studentpict_guid studentschlenrl_guid summerschoolnote geocode mailing_geocode psguid ip_address
      whomodifiedtype`,
    date: `entrydate exitdate dob applic_submitted_date applic_response_recvd_date wm_statusdate wm_createdate
      wm_ta_date districtentrydate schoolentrydate alert_disciplineexpires alert_guardianexpires
      alert_medicalexpires alert_otherexpires enrollment_transfer_date_pend`,
    timestamp: `transaction_date`,
  },
  reenrollments: {
    number: `dcid id studentid schoolid grade_level type enrollmentcode fulltimeequiv_obsolete membershipshare
      tuitionpayer fteid`,
    text: `entrycode entrycomment exitcode exitcomment track districtofresidence enrollmenttype lunchstatus
      withdrawal_reason_code studentschlenrl_guid psguid`,
    date: `entrydate exitdate`,
  },
  users: {
    number: `dcid homeschoolid photo numlogins allowloginstart allowloginend psaccess groupvalue lunch_id
      supportcontact wm_tier wm_createtime wm_exclude adminldapenabled teacherldapenabled maximum_load
      gradebooktype fedethnicity fedracedecline ptaccess prefixcodesetid whomodifiedid`,
    text: `lastfirst first_name middle_name last_name title homeroom email_addr password ipaddrrestrict
      accessvalue homepage loginid defaultstudscrn teachernumber ssn home_phone school_phone street city
      state zip periodsavail powergradepw canchangeschool teacherloginpw nameasimported teacherloginid
      teacherloginip wm_status wm_address wm_password wm_ta_flag wm_alias ethnicity preferredname lastmeal
      staffpers_guid sif_stateprid psguid ip_address whomodifiedtype`,
    date: `wm_statusdate wm_createdate wm_ta_date`,
    timestamp: `transaction_date`,
  },
  schoolstaff: {
    number: `dcid id schoolid users_dcid balance1 balance2 balance3 balance4 noofcurclasses staffstatus status
      sched_maximumcourses sched_maximumduty sched_maximumfree sched_totalcourses sched_maximumconsecutive
      sched_isteacherfree sched_teachermoreoneschool sched_substitute sched_scheduled sched_usebuilding
      sched_usehouse sched_lunch sched_maxpers sched_maxpreps whomodifiedid`,
    text: `classpua log sched_gender sched_classroom sched_homeroom sched_department sched_housecode
      sched_buildingcode sched_activitystatuscode sched_primaryschoolcode sched_team notes psguid
      ip_address whomodifiedtype`,
    timestamp: `transaction_date`,
  },
  sectionteacher: {
    number: `id teacherid sectionid roleid allocation priorityorder whomodifiedid`,
    text: `notes whocreated whomodified sectionnickname ip_address whomodifiedtype executionid`,
    timestamp: `start_date end_date whencreated whenmodified transaction_date`,
  },
  cc: {
    number: `dcid id studentid sectionid schoolid studyear termid teacherid currentabsences currenttardies
      origsectionid`,
    text: `section_number course_number expression`,
    date: `dateenrolled dateleft`,
    timestamp: `transaction_date`,
  },
  roledef: {
    number: 'id',
    text: 'name description whomodified',
    timestamp: 'whenmodified',
  },
  person: {
    number: 'id dcid isactive',
    text: 'firstname middlename lastname whomodified',
    timestamp: 'whenmodified',
  },
  personemailaddressassoc: {
    number: `personemailaddressassocid personid emailaddressid emailtypecodesetid isprimaryemailaddress
      emailaddresspriorityorder`,
    text: 'whomodified',
    timestamp: 'whenmodified',
  },
  emailaddress: {
    number: 'emailaddressid',
    text: 'emailaddress whomodified',
    timestamp: 'whenmodified',
  },
  // The older place of a student's address, behind the contact of type "Self".
  sync_studentmap: {
    number: 'id studentid studentsdcid',
  },
  psm_studentcontacttype: {
    number: 'id',
    text: 'name',
  },
  psm_studentcontact: {
    number: 'id studentid studentcontacttypeid',
    text: 'email',
  },
  // A district's own extension of STUDENTS: other districts have different ones, or none.
  u_studentsuserfields: {
    number: 'studentsdcid',
    text: 'email whomodified',
    timestamp: 'whenmodified',
  },
  dual: {
    number: '',
    text: 'dummy',
  },
} satisfies Record<string, ColumnLists>;

export type TableName = keyof typeof columnLists;
